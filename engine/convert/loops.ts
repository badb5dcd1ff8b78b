import { isMap, isScalar, isSeq } from 'yaml';
import { WITH_KEYWORDS } from '../playbook/base/keywords.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { splitAtMustaches } from '../values/language/mustaches.ts';
import { jinjaOfYaml } from './base/jinja-of-yaml.ts';
import { onlyMustache } from './base/mustache.ts';
import type { Converted, KnownType } from './base/translator.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, type ListOfFile, type YamlNode, endOf, isPlain, itemsOf, textOf } from './base/yaml-source.ts';
import { type Scalars, type Standing, assume, convertValue, take } from './scalars.ts';

/** Converts `loop:`, which is a list, a single mustache, or an expression. */
export function convertLoop(entry: Entry, standing: Standing, given: Scalars): void {
  const use = withNewNames(given, standing);
  const { value } = entry;
  const text = value === null ? undefined : textOf(value);
  if (value === null || text === undefined || onlyMustache(text) === undefined) convertValue(value, standing, use);
  else if (!use.draft.isMarked(standing.anchor))
    take(loopOf(text, use), { node: value, standing, kind: 'expression', before: text }, use);
}

/** Makes a translator that also gives template files their new names, and marks those that stay Jinja. */
function withNewNames(use: Scalars, standing: Standing): Scalars {
  const { translator } = use;
  const renaming = (text: string, translate: (text: string) => Converted): Converted => {
    const named = nameAfter(text, standing, use) ?? text;
    const converted = translate(named);
    return named === text ? converted : changed(converted);
  };
  return {
    ...use,
    translator: {
      ...translator,
      expression: (text, purpose) => renaming(text, (one) => translator.expression(one, purpose)),
      template: (text, place) => renaming(text, (one) => translator.template(one, place)),
    },
  };
}

const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** Keeps a single mustache that names a list; makes an expression of any other one. */
function loopOf(text: string, { translator }: Scalars): Converted {
  const inner = onlyMustache(text) ?? text;
  const asTemplate = translator.template(text, 'string');
  if (PATH.test(inner) || asTemplate.kind === 'same') return asTemplate;
  const expression = translator.expression(inner, 'value');
  return expression.kind === 'byHand' ? asTemplate : changed(expression);
}

/** Counts as a change even if the expression is the same, because its braces are removed. */
function changed(converted: Converted): Converted {
  return converted.kind === 'same' ? { ...converted, kind: 'exact' } : converted;
}

/** Converts `with_NAME:` to `loop:` where it can, and else its values; marks it if there is no such loop here. */
export function convertWith(entry: Entry, standing: Standing, given: Scalars): void {
  const use = withNewNames(given, standing);
  const { draft } = use;
  if (draft.isMarked(standing.anchor)) return;
  const name = entry.key.replace(/^with_(?:[a-z]\w*\.[a-z]\w*\.)?/, '');
  const done = CONVERTERS.get(name)?.(entry, standing, use) ?? false;
  if (done) {
    draft.rename(entry, 'loop');
    return;
  }
  if (WITH_KEYWORDS.has(`with_${name}`)) {
    draft.rename(entry, `with_${name}`);
    convertValue(entry.value, standing, use);
    return;
  }
  const instead = insteadOf(`with_${name}`, 'task') ?? 'Write loop: with a list, or an expression that gives one.';
  draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'keyword', name: `with_${name}`, instead } });
  convertValue(entry.value, standing, use);
}

/** Converts one kind of loop. Returns false, without any change, if there is no such loop here. */
type WithConverter = (entry: Entry, standing: Standing, use: Scalars) => boolean;

/** Ansible flattens the items of with_items by one level, and keeps null. */
const FLATTENED = 'flatten(levels=1, skip_nulls=false)';

/** Converts with_items. */
const items: WithConverter = (entry, standing, use) => {
  const { value } = entry;
  if (value === null) return false;
  if (isSeq(value)) return listedItems(value, entry, standing, use);
  const text = textOf(value);
  if (text === undefined) return false;
  return wholeList(text, value, standing, use);
};

/** An expression whose items may be lists. */
const MAPPED = /\|\s*map\(\s*(?:attribute|["']extract)/;

function wholeList(text: string, node: YamlNode, standing: Standing, use: Scalars): boolean {
  const { draft, translator } = use;
  // Old playbooks write the name without braces.
  const bare = onlyMustache(text) === undefined && PATH.test(text) ? `{{${text}}}` : text;
  const inner = onlyMustache(bare);
  const type = inner === undefined ? 'text' : translator.typeOf(inner);
  if (inner === undefined || (type !== undefined && type !== 'list')) {
    const converted = translator.template(bare, 'string');
    if (converted.kind === 'byHand') return false;
    draft.replace(node.range[0], endOf(node), `[${scalarOf(converted.text, { isFlow: true })}]`);
    assume(converted.assumptions, standing.anchor, draft);
    return true;
  }
  const converted = MAPPED.test(inner)
    ? changed(translator.expression(`(${inner}) | ${FLATTENED}`, 'value'))
    : bare === text
      ? loopOf(text, use)
      : translator.template(bare, 'string');
  take(converted, { node, standing, kind: 'expression', before: text }, use);
  return true;
}

function listedItems(list: ListOfFile, entry: Entry, standing: Standing, use: Scalars): boolean {
  const { translator } = use;
  const nodes = itemsOf(list);
  const types = nodes.map((node) => typeOfItem(node, use));
  if (types.every((type) => type !== undefined && type !== 'list')) {
    convertValue(list, standing, use);
    return true;
  }
  const inner = nodes.map((item) => onlyMustache(textOf(item) ?? ''));
  const [only] = inner;
  if (nodes.length === 1 && types[0] === 'list' && only !== undefined) {
    replaceList(entry, translator.template(textOf(nodes[0] ?? null) ?? '', 'string'), standing, use);
    return true;
  }
  const isAllLists = types.every((type) => type === 'list') && !inner.includes(undefined);
  const written = isAllLists ? inner.map((text) => `(${text})`).join(' + ') : jinjaOfYaml(list);
  if (written === undefined) return false;
  const whole = isAllLists ? written : `${written} | ${FLATTENED}`;
  replaceList(entry, changed(translator.expression(whole, 'value')), standing, use);
  return true;
}

function typeOfItem(node: YamlNode, { translator }: Scalars): KnownType | undefined {
  if (isSeq(node)) return 'list';
  if (isMap(node)) return 'map';
  const text = textOf(node);
  const inner = text === undefined ? undefined : onlyMustache(text);
  return inner === undefined ? (text === undefined ? undefined : 'text') : translator.typeOf(inner);
}

/** Replaces the list with an expression. */
function replaceList(entry: Entry, converted: Converted, standing: Standing, use: Scalars): void {
  const { draft } = use;
  if (converted.kind === 'byHand') {
    // The list stays under its new name. A second conversion looks for the mark at its items, and converts the others.
    const isFlow = standing.isFlow || (isSeq(entry.value) && entry.value.flow === true);
    const [first] = isSeq(entry.value) ? itemsOf(entry.value) : [];
    const anchor = isFlow || first === undefined ? standing.anchor : first.range[0];
    draft.mark(anchor, { kind: 'byHand', why: { kind: 'expression', reasons: converted.reasons } });
    convertValue(entry.value, standing, use);
    return;
  }
  const { source } = draft;
  draft.replace(
    source.colonEnd(entry),
    source.entryEnd(entry),
    ` ${scalarOf(converted.text, { isFlow: standing.isFlow })}`,
  );
  assume(converted.assumptions, standing.anchor, draft);
}

const plainList: WithConverter = (entry, standing, use) => {
  convertLoop(entry, standing, use);
  return true;
};

/** Makes the converter of a loop that is a filter here. `write` gets the value as an expression of Jinja. */
const filtered =
  (write: (value: YamlNode) => string | undefined): WithConverter =>
  (entry, standing, use) => {
    const { value } = entry;
    const written = value === null ? undefined : write(value);
    if (value === null || written === undefined) return false;
    const converted = changed(use.translator.expression(written, 'value'));
    if (isScalar(value))
      take(converted, { node: value, standing, kind: 'expression', before: textOf(value) ?? '' }, use);
    else replaceList(entry, converted, standing, use);
    return true;
  };

/** Old playbooks write the name of a variable without braces. */
function valueOf(node: YamlNode): string | undefined {
  const text = textOf(node);
  return text !== undefined && PATH.test(text) ? text : jinjaOfYaml(node);
}

const dict = filtered((value) => {
  const written = valueOf(value);
  return written === undefined ? undefined : `${written} | dict2items`;
});

const flattened = filtered((value) => {
  const written = valueOf(value);
  return written === undefined ? undefined : `${isSeq(value) ? written : `[${written}]`} | flatten`;
});

/** Each list may be a variable, or a list in its place. */
const nested = filtered((value) => {
  if (!isSeq(value)) return undefined;
  const [first, ...others] = itemsOf(value).map(valueOf);
  if (first === undefined || others.length === 0 || others.includes(undefined)) return undefined;
  return `${first} | product(${others.join(', ')})`;
});

/** Converts `start=1 end=4`, `count=4` or `1-4`, with a stride and a format, into a list of numbers. */
const sequence: WithConverter = (entry, _standing, { draft }) => {
  const { value } = entry;
  const text = value === null ? undefined : textOf(value);
  const numbers = text === undefined ? undefined : numbersOf(text);
  if (value === null || numbers === undefined || !isScalar(value)) return false;
  const { source } = draft;
  draft.replace(source.colonEnd(entry), source.entryEnd(entry), ` [${numbers.map((one) => `"${one}"`).join(', ')}]`);
  return true;
};

/** Maximal length of the list. A longer one is hard to read. */
const MOST_NUMBERS = 50;

function numbersOf(text: string): readonly string[] | undefined {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text.trim()) ?? [];
  const pairs = pairsOf(first === undefined ? text : `start=${first} end=${last}`);
  if (pairs === undefined) return undefined;
  const numbers = ['start', 'stride', 'count', 'end'].map((name) => numberOf(pairs.get(name)));
  if (numbers.includes(Number.NaN)) return undefined;
  const [start = 1, stride = 1, count, end = count === undefined ? undefined : start + (count - 1) * stride] = numbers;
  const write = writerOf(pairs.get('format') ?? '%d');
  if (end === undefined || write === undefined || stride < 1 || (end - start) / stride > MOST_NUMBERS) return undefined;
  return Array.from({ length: Math.max(0, Math.floor((end - start) / stride) + 1) }, (_, index) =>
    write(start + index * stride),
  );
}

/** Returns NaN for a text that is not a whole number. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Returns the writer for a Python format with one number, such as web%02d; undefined for other formats. */
function writerOf(format: string): ((value: number) => string) | undefined {
  const [whole, before = '', width = '', after = ''] = /^([^%]*)%(0?\d*)d([^%]*)$/.exec(format) ?? [];
  if (whole === undefined) return undefined;
  return (value) => `${before}${String(value).padStart(Number(width), width.startsWith('0') ? '0' : ' ')}${after}`;
}

function pairsOf(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const word of text.trim().split(/\s+/)) {
    const [, name, value] = /^(start|end|count|stride|format)=([^"'\\{}]+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) return undefined;
    pairs.set(name, value);
  }
  return pairs;
}

const hostnames: WithConverter = ({ value }, { isFlow }, { draft }) => {
  const text = value === null ? undefined : textOf(value);
  if (value === null || text === undefined || !/^[\w-]+$/.test(text) || !isPlainOrQuoted(value)) return false;
  const group = /^[A-Za-z_]\w*$/.test(text) ? `groups.${text}` : `groups["${text}"]`;
  draft.replace(value.range[0], endOf(value), scalarOf(group, { isFlow }));
  return true;
};

function isPlainOrQuoted(node: YamlNode): boolean {
  return isPlain(node) || (isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'));
}

/** Converts a pattern, or a list of patterns, into the list of the files that match. */
const fileglob: WithConverter = (entry, standing, use) => {
  const { value } = entry;
  const nodes = isSeq(value) ? itemsOf(value) : [value];
  const globs = nodes.map((node) => asJinja(nameAfter(node === null ? undefined : textOf(node), standing, use)));
  if (value === null || globs.length === 0 || globs.includes(undefined)) return false;
  const found = globs.map((glob) => use.translator.expression(`query('fileglob', ${glob})`, 'value'));
  return takeExpressions(found, (texts) => texts.join(' + '), { entry, standing, use });
};

/** Converts a list of names into a list of the first file that exists. */
const firstFound: WithConverter = (entry, standing, use) => {
  const { value } = entry;
  if (!isSeq(value)) return false;
  const names = itemsOf(value).map((node) => asJinja(nameAfter(textOf(node), standing, use)));
  if (names.length === 0 || names.includes(undefined)) return false;
  const found = use.translator.expression(`lookup('first_found', [${names.join(', ')}])`, 'value');
  return takeExpressions([found], ([text = '']) => `[${text}]`, { entry, standing, use });
};

/** Returns the text with the names that its template files have after the conversion. */
function nameAfter(text: string | undefined, { anchor }: Standing, use: Scalars): string | undefined {
  const named = text?.includes('.j2') === true ? use.templateNames.renamed(text) : undefined;
  if (named?.left !== undefined)
    use.draft.mark(anchor, { kind: 'byHand', why: { kind: 'template-file', name: named.left } });
  return named?.text ?? text;
}

interface Replaced {
  readonly entry: Entry;
  readonly standing: Standing;
  readonly use: Pick<Scalars, 'draft'>;
}

function takeExpressions(
  converted: readonly Converted[],
  join: (texts: readonly string[]) => string,
  { entry, standing, use: { draft } }: Replaced,
): boolean {
  const done = converted.flatMap((one) => (one.kind === 'byHand' ? [] : [one]));
  if (done.length < converted.length) return false;
  const written = scalarOf(join(done.map(({ text }) => text)), { isFlow: standing.isFlow });
  draft.replace(draft.source.colonEnd(entry), draft.source.entryEnd(entry), ` ${written}`);
  assume(
    done.flatMap(({ assumptions }) => [...assumptions]),
    standing.anchor,
    draft,
  );
  return true;
}

/** Returns a text with `{{ }}` as an expression of Jinja; undefined for a text without them. */
function asJinja(text: string | undefined): string | undefined {
  if (text === undefined || text.includes("'") || text.includes('{%')) return undefined;
  const parts = splitAtMustaches(text).filter((part) => part !== '');
  const written = parts.map((part) => {
    const inner = onlyMustache(part);
    return inner === undefined ? `'${part}'` : `(${inner})`;
  });
  return written.length === 0 ? undefined : written.join(' ~ ');
}

const CONVERTERS: ReadonlyMap<string, WithConverter> = new Map([
  ['items', items],
  ['flattened', flattened],
  ['nested', nested],
  ['cartesian', nested],
  ['list', plainList],
  ['dict', dict],
  ['sequence', sequence],
  ['fileglob', fileglob],
  ['first_found', firstFound],
  ['inventory_hostnames', hostnames],
]);
