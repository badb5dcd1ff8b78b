import { computedName } from './jinja-adapt-lookup.ts';
import { fromJson, jsonQuery, writtenBefore } from './jinja-adapt-query.ts';
import { makingForEach, mapping, selecting } from './jinja-adapt-selection.ts';
import { commented, formatted, indented } from './jinja-adapt-text.ts';
import { comparedVersion } from './jinja-adapt-version.ts';
import type { AdaptFilter, Adapting } from './jinja-adapting.ts';
import {
  attributesNode,
  binaryNode,
  choiceNode,
  constantNode,
  EACH,
  filterNode,
  methodNode,
  numberNode,
  shown,
  textNode,
} from './jinja-build.ts';
import type { Given, Jinja, JinjaOf } from './jinja-expression.ts';
import { patternAsHere } from './jinja-pattern.ts';
import { isShared } from './jinja-shared.ts';
import { groupsAsHere, lacking } from './jinja-translation.ts';
import { isListOfTexts } from './jinja-type.ts';

const isBare = ({ plain, named }: Given): boolean => plain.length === 0 && named.size === 0;

/** Accepts the filter only without arguments. */
const bare: AdaptFilter = (adapter, { of, name, given }) =>
  isBare(given) ? filterNode(adapter.value(of), name) : undefined;

const unchanged: AdaptFilter = (adapter, { of }) => adapter.value(of);

/** Accepts this number of positional arguments, and none by name. */
const plain =
  (least: number, most = least): AdaptFilter =>
  (adapter, { of, name, given }) => {
    if (given.named.size > 0 || given.plain.length < least || given.plain.length > most) return undefined;
    return { kind: 'filter', of: adapter.value(of), name, given: adapter.given(given) };
  };

/** Adapts a filter that needs a text. In CEL, a number or a boolean is first converted to a text. */
const onText: AdaptFilter = (adapter, { of, name, given }) => {
  const type = adapter.typeOf(of);
  const isOther = adapter.options.target === 'cel' && (type === 'boolean' || type === 'number');
  const value = adapter.value(of);
  return isBare(given) ? filterNode(isOther ? filterNode(value, 'string') : value, name) : undefined;
};

/** Adapts the filter bool. Ansible converts a list or a map to false, with a warning. */
const bool: AdaptFilter = (adapter, { of }) => {
  switch (adapter.certainTypeOf(of)) {
    case 'boolean':
      return adapter.condition(of);
    case 'text':
    case 'number':
    case undefined:
      return filterNode(adapter.value(of), 'to_bool');
    case 'list':
    case 'map':
    default:
      return lacking('filter', 'bool of a list or a map');
  }
};

/** Adapts `default`. `default(x, true)` also replaces empty values. */
const fallback: AdaptFilter = (adapter, { of, given }) => {
  const other = given.plain[0] ?? given.named.get('default_value') ?? textNode('');
  const isForEmpty = given.plain[1] ?? given.named.get('boolean');
  const isPlain = isForEmpty === undefined || (isForEmpty.kind === 'constant' && isForEmpty.value === 'false');
  const name = computedName(of);
  if (name !== undefined && isPlain) return adapter.value(filterNode(name, 'get_variable', other));
  const value = adapter.value(name === undefined ? of : filterNode(name, 'get_variable', textNode('')));
  const instead = adapter.value(other);
  const plainDefault = filterNode(value, 'default', instead);
  if (isPlain) return plainDefault;
  const type = adapter.certainTypeOf(of);
  const otherType = adapter.typeOf(other);
  // An empty value is replaced with the same empty value.
  if (isEmptyLiteral(other) && type !== undefined && type === otherType) return plainDefault;
  const ofAnyType = filterNode(value, 'default', textNode(''));
  const condition = type === 'text' ? binaryNode('!=', ofAnyType, textNode('')) : filterNode(ofAnyType, 'truthy');
  return choiceNode(condition, value, instead);
};

function isEmptyLiteral(node: Jinja): boolean {
  switch (node.kind) {
    case 'text':
      return node.value === '';
    case 'list':
      return node.items.length === 0;
    case 'map':
      return node.entries.length === 0;
    case 'constant':
      return node.value === 'false';
    case 'number':
      return Number(node.text) === 0;
    case 'name':
    case 'member':
    case 'call':
    case 'filter':
    case 'test':
    case 'slice':
    case 'unary':
    case 'binary':
    case 'choice':
      return false;
    default:
      return node satisfies never;
  }
}

/** Adapts `int`. In Jinja, `x | int` is 0, or the first argument, if x is not a number. */
const int: AdaptFilter = (adapter, { of, given }) => {
  const otherwise = given.plain[0] ?? given.named.get('default');
  if (given.plain.length > 1 || [...given.named.keys()].some((key) => key !== 'default')) return undefined;
  const isFact = of.kind === 'name' && of.name === 'ansible_distribution_major_version';
  const value = adapter.value(of);
  if (isFact || adapter.certainTypeOf(of) === 'number') return filterNode(value, 'int');
  return otherwise === undefined ? filterNode(value, 'to_int') : filterNode(value, 'to_int', adapter.value(otherwise));
};

const string: AdaptFilter = (adapter, { of }) =>
  adapter.typeOf(of) === 'text' ? adapter.value(of) : filterNode(adapter.printed(of), 'string');

/** Adapts `list`: a list stays as it is, and a map becomes its keys. */
const list: AdaptFilter = (adapter, { of }) => {
  switch (adapter.typeOf(of)) {
    case 'map':
      return methodNode(adapter.value(of), 'keys');
    case 'text':
      return lacking('filter', 'list of a text');
    case 'list':
      return adapter.value(of);
    case 'number':
    case 'boolean':
    case undefined:
    default:
      adapter.assumeType(of, 'list');
      return adapter.value(of);
  }
};

/** Adapts filters that sort, compare or remove duplicates. By default, they ignore upper and lower case in Python. */
const inOrder: AdaptFilter = (adapter, { of, name, given }) => {
  const isStrict = given.named.get('case_sensitive')?.kind === 'constant' && given.named.size === 1;
  if (!isStrict && !isBare(given)) return undefined;
  if (!isStrict && !isOfNumbers(of)) adapter.assume({ kind: 'sameCase', of: shown(of) });
  return filterNode(adapter.value(of), name);
};

/** Adapts `sort`: in reverse, or by an attribute. */
const sorted: AdaptFilter = (adapter, node) => {
  const { of, given } = node;
  const [reverse, strict, attribute] = ['reverse', 'case_sensitive', 'attribute'].map(
    (name, index) => given.plain[index] ?? given.named.get(name),
  );
  const flags = [reverse, strict].map((flag) => (flag === undefined ? false : flagOf(flag)));
  const isMore = given.plain.length > 3 || [...given.named.keys()].some((name) => !OF_SORT.has(name));
  const [isReversed, isStrict] = flags;
  if (isMore || isReversed === undefined || isStrict === undefined) return undefined;
  if (!isStrict && !isOfNumbers(of)) adapter.assume({ kind: 'sameCase', of: shown(of) });
  const value = adapter.value(of);
  if (attribute === undefined) {
    const inItsOrder = filterNode(value, 'sort');
    return isReversed ? filterNode(inItsOrder, 'reverse') : inItsOrder;
  }
  if (attribute.kind !== 'text' || attribute.value.includes(',')) return undefined;
  return methodNode(value, 'sortBy', attribute, ...(isReversed ? [constantNode(true)] : []));
};

const OF_SORT: ReadonlySet<string> = new Set(['reverse', 'case_sensitive', 'attribute']);

/** Returns the value of a fixed boolean; undefined for anything else. */
function flagOf(node: Jinja): boolean | undefined {
  return node.kind === 'constant' && node.value !== 'null' ? node.value === 'true' : undefined;
}

function isOfNumbers(node: Jinja): boolean {
  if (node.kind === 'list')
    return node.items.every((item) => item.kind === 'number' || (item.kind === 'text' && !/[A-Z]/.test(item.value)));
  const [name] = node.kind === 'filter' ? node.given.plain : [];
  return (
    node.kind === 'filter' && node.name === 'map' && name?.kind === 'text' && ['int', 'length'].includes(name.value)
  );
}

const join: AdaptFilter = (adapter, { of, given }) => {
  const separator = given.plain[0] ?? given.named.get('d') ?? textNode('');
  const attribute = given.plain[1] ?? given.named.get('attribute');
  const items = attribute === undefined ? of : attributesNode(of, attribute);
  const value = adapter.value(items);
  const isText = adapter.options.target === 'handlebars' || isListOfTexts(items);
  return filterNode(isText ? value : filterNode(value, 'map', textNode('string')), 'join', adapter.value(separator));
};

const regexReplace: AdaptFilter = (adapter, { of, given }) => {
  const pattern = given.plain[0] ?? given.named.get('pattern');
  const to = given.plain[1] ?? given.named.get('replacement') ?? textNode('');
  const flags = patternFlags(given);
  const isMore = [...given.named.keys()].some((key) => !OF_REGEX_REPLACE.has(key));
  if (pattern === undefined || isMore || flags === undefined || given.plain.length > 2) return undefined;
  const value = adapter.printed(of);
  if (to.kind !== 'text') adapter.assume({ kind: 'pattern', of: shown(to) });
  return methodNode(
    value,
    'regexReplace',
    adaptedPattern(adapter, pattern, flags),
    to.kind === 'text' ? textNode(groupsAsHere(to.value)) : adapter.value(to),
  );
};

const OF_REGEX_REPLACE: ReadonlySet<string> = new Set(['pattern', 'replacement', 'ignorecase', 'multiline']);

/** Returns the flags that arguments by name give to a pattern, such as `im`; undefined for other arguments. */
export function patternFlags({ named }: Given): string | undefined {
  const [ignoring, multiline] = [named.get('ignorecase'), named.get('multiline')].map((flag) =>
    flag === undefined ? false : flagOf(flag),
  );
  if (ignoring === undefined || multiline === undefined) return undefined;
  return `${ignoring ? 'i' : ''}${multiline ? 'm' : ''}`;
}

/**
 * Translates a pattern. `flags`: those of Python beside the pattern, such as `im`. Throws NoCounterpart for a pattern
 * that only Python understands.
 */
export function adaptedPattern(adapter: Adapting, pattern: Jinja, flags = ''): Jinja {
  if (pattern.kind !== 'text') {
    if (flags !== '') lacking('form', 'of a computed pattern with flags');
    adapter.assume({ kind: 'pattern', of: shown(pattern) });
    return adapter.value(pattern);
  }
  const written = patternAsHere(flags === '' ? pattern.value : `(?${flags})${pattern.value}`);
  if (written === undefined) lacking('form', `of the pattern ${pattern.value}`);
  return textNode(written);
}

/** Adapts a filter whose result has the same data in another layout. */
const layout =
  (helper: string): AdaptFilter =>
  (adapter, { of, name }) => {
    const type = adapter.typeOf(of);
    const isPlain =
      helper === 'json' &&
      (type === 'boolean' || type === 'number' || (of.kind === 'text' && /^[\x20-\x7e]*$/.test(of.value)));
    if (!isPlain) adapter.assume({ kind: 'layout', of: `${shown(of)} | ${name}` });
    return filterNode(adapter.value(of), name);
  };

const quoted: AdaptFilter = (adapter, { of }) => {
  // A shell reads both kinds of quotes in the same way; other programs may not.
  if (adapter.options.place === 'file') adapter.assume({ kind: 'layout', of: `${shown(of)} | quote` });
  return filterNode(adapter.printed(of), 'quote');
};

const hash: AdaptFilter = (adapter, { of, given }) => {
  const [algorithm] = given.plain;
  if (algorithm?.kind !== 'text' || algorithm.value !== 'sha256') return undefined;
  return filterNode(adapter.value(of), 'hash', algorithm);
};

const ternary: AdaptFilter = (adapter, { of, given }) => {
  const yes = given.plain[0] ?? given.named.get('true_val');
  const no = given.plain[1] ?? given.named.get('false_val');
  if (yes === undefined || no === undefined || given.plain.length > 2) return undefined;
  return choiceNode(adapter.condition(of), adapter.value(yes), adapter.value(no));
};

const ofList: AdaptFilter = (adapter, { of, name, given }) => {
  if (given.named.size > 0 || given.plain.length !== 1) return undefined;
  return { kind: 'filter', of: adapter.value(of), name, given: adapter.given(given) };
};

/** Adapts `ipwrap` of one address: an address of IPv6 gets brackets. */
const ipwrap: AdaptFilter = (adapter, { of }) => {
  const value = adapter.value(of);
  return choiceNode(
    methodNode(value, 'contains', textNode(':')),
    binaryNode('~', binaryNode('~', textNode('['), value), textNode(']')),
    value,
  );
};

const capitalize: AdaptFilter = (adapter, { of, given }) => {
  if (!isBare(given)) return undefined;
  const value = adapter.value(of);
  const at = (from: number, ...to: readonly number[]): Jinja =>
    methodNode(value, 'substring', ...[from, ...to].map((index): Jinja => ({ kind: 'number', text: String(index) })));
  const written = binaryNode('~', filterNode(at(0, 1), 'upper'), filterNode(at(1), 'lower'));
  return choiceNode(binaryNode('==', value, textNode('')), textNode(''), written);
};

/** Adapts `sum(attribute='a', start=[])`: numbers are added up, and lists become one list. */
const sum: AdaptFilter = (adapter, { of, given }) => {
  const [attribute, start] = ['attribute', 'start'].map((name, index) => given.plain[index] ?? given.named.get(name));
  const isMore =
    given.plain.length > 2 || [...given.named.keys()].some((key) => key !== 'attribute' && key !== 'start');
  if (isMore || (attribute !== undefined && attribute.kind !== 'text')) return undefined;
  const items = attribute === undefined ? of : attributesNode(of, attribute);
  if (start === undefined || (start.kind === 'number' && Number(start.text) === 0))
    return filterNode(adapter.value(items), 'sum');
  if (start.kind !== 'list') return undefined;
  const flat = filterNode(adapter.value(items), 'flatten', numberNode(1), constantNode(false));
  return start.items.length === 0 ? flat : binaryNode('+', adapter.value(start), flat);
};

const compareVersion: AdaptFilter = (adapter, node) => {
  const [other] = node.given.plain;
  return other === undefined ? undefined : comparedVersion(adapter, node, other);
};

const FILTERS: ReadonlyMap<string, AdaptFilter> = new Map<string, AdaptFilter>([
  ['default', fallback],
  ['d', fallback],
  ['bool', bool],
  ['int', int],
  ['float', bare],
  ['string', string],
  ['list', list],
  ['length', bare],
  ['count', bare],
  ['lower', onText],
  ['upper', onText],
  ['trim', bare],
  ['capitalize', capitalize],
  ['replace', plain(2)],
  [
    'split',
    (adapter, node) => (isBare(node.given) ? adapter.value(methodNode(node.of, 'split')) : plain(1)(adapter, node)),
  ],
  ['join', join],
  ['first', bare],
  ['last', bare],
  ['min', inOrder],
  ['max', inOrder],
  ['sort', sorted],
  ['unique', inOrder],
  ['regex_replace', regexReplace],
  ['ternary', ternary],
  ['basename', bare],
  ['dirname', bare],
  ['quote', quoted],
  ['to_json', layout('json')],
  ['tojson', layout('json')],
  ['to_nice_json', layout('nice')],
  ['to_yaml', layout('yaml')],
  ['to_nice_yaml', layout('yaml')],
  ['from_json', fromJson],
  ['from_yaml', writtenBefore(['to_yaml', 'to_nice_yaml'])],
  ['b64encode', bare],
  ['b64decode', bare],
  ['hash', hash],
  ['indent', indented],
  ['comment', commented],
  ['format', formatted],
  ['difference', ofList],
  ['intersect', ofList],
  ['union', ofList],
  ['dict2items', (adapter, node) => (isBare(node.given) ? bare(adapter, node) : undefined)],
  ['select', selecting(false, false)],
  ['reject', selecting(false, true)],
  ['selectattr', selecting(true, false)],
  ['rejectattr', selecting(true, true)],
  ['map', mapping],
  [EACH, makingForEach],
  ['json_query', jsonQuery],
  ['sum', sum],
  ['ipwrap', ipwrap],
  ['mandatory', unchanged],
  ['safe', unchanged],
  ['version', compareVersion],
  ['version_compare', compareVersion],
]);

/** Filters of lists. In Python, a list that is made of a map has its keys. */
const OF_ITEMS: ReadonlySet<string> = new Set(
  'first last min max sort unique join difference intersect union select reject map reverse random shuffle'.split(' '),
);

/** Adapts a filter. Throws NoCounterpart. */
export function adaptedFilter(adapter: Adapting, given: JinjaOf<'filter'>): Jinja {
  const isOfKeys = OF_ITEMS.has(given.name) && adapter.typeOf(given.of) === 'map';
  const node = isOfKeys ? { ...given, of: methodNode(given.of, 'keys') } : given;
  const adapted = FILTERS.get(node.name)?.(adapter, node);
  if (adapted !== undefined) return adapted;
  if (isShared(node.name))
    return { kind: 'filter', of: adapter.value(node.of), name: node.name, given: adapter.given(node.given) };
  if (FILTERS.has(node.name) && !['from_json', 'from_yaml', 'json_query'].includes(node.name))
    return lacking('filter', `${node.name} with these arguments`);
  return lacking('filter', node.name);
}
