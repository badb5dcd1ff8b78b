import type { Adapting } from './jinja-adapting.ts';
import { filterNode, numberNode, textNode } from './jinja-build.ts';
import type { Given, Jinja } from './jinja-expression.ts';
import { isIdentifier, lackingCall } from './jinja-translation.ts';

/** A lookup, with the arguments after its name. */
interface Lookup {
  readonly terms: readonly Jinja[];
  readonly named: ReadonlyMap<string, Jinja>;
  /** True: the result is a list. False: with several results, it is a text with commas. */
  readonly isList: boolean;
  readonly adapter: Adapting;
}

/** Adapts `lookup('name', …)`, `query(…)` or `q(…)`. `called` is the function. Throws NoCounterpart. */
export function adaptedLookup(adapter: Adapting, given: Given, called: string): Jinja {
  const [kind, ...terms] = given.plain;
  const asList = given.named.get('wantlist');
  const isList = called !== 'lookup' || (asList?.kind === 'constant' && asList.value === 'true');
  const named = new Map([...given.named].filter(([name]) => name !== 'wantlist'));
  const short = kind?.kind === 'text' ? (kind.value.split('.').at(-1) ?? '') : '';
  const adapted = LOOKUPS.get(short)?.({ terms, named, isList, adapter });
  return adapted === undefined ? lackingCall(called, given) : adapter.value(adapted);
}

/** Returns the lookup as functions here; undefined if there is no counterpart with these arguments. */
type AdaptLookup = (lookup: Lookup) => Jinja | undefined;

const LOOKUPS: ReadonlyMap<string, AdaptLookup> = new Map<string, AdaptLookup>([
  [
    'flattened',
    ({ terms, named, isList }) =>
      named.size > 0 ? undefined : listed(filterNode({ kind: 'list', items: terms }, 'flatten'), isList),
  ],
  ['vars', variables],
  ['varnames', variableNames],
  ['env', environment],
  ['file', ({ terms, named, isList }) => only(terms, named, isList, (name) => filterNode(name, 'read_file'))],
  [
    'template',
    ({ terms, named, isList }) =>
      only(terms, withoutConversion(named), isList, (name) => filterNode(name, 'render_file')),
  ],
  ['password', password],
  [
    'fileglob',
    ({ terms, named, isList }) =>
      isList ? only(terms, named, false, (pattern) => filterNode(pattern, 'fileglob')) : undefined,
  ],
  [
    'first_found',
    ({ terms, named, isList, adapter }) =>
      only(terms, named, isList, (names) => (isOfNames(names, adapter) ? filterNode(names, 'first_found') : undefined)),
  ],
  [
    'dict',
    ({ terms, named, isList }) =>
      isList ? only(terms, named, false, (map) => filterNode(map, 'dict2items')) : undefined,
  ],
  [
    'sequence',
    ({ terms, named, isList }) =>
      only(terms, named, false, (numbers) => listed(filterNode(numbers, 'sequence'), isList)),
  ],
  ['nested', products],
  ['cartesian', products],
  ['list', ({ terms, named, isList }) => (isList && named.size === 0 && terms.length === 1 ? terms[0] : undefined)],
]);

/** Returns whether the value is a list of names; it may also be a map with `files` and `paths`. */
function isOfNames(value: Jinja, adapter: Adapting): boolean {
  if (value.kind === 'list') return true;
  if (adapter.typeOf(value) !== 'list') return false;
  adapter.assumeType(value, 'list of names');
  return true;
}

/** Adapts a lookup with one argument and one result. */
function only(
  terms: readonly Jinja[],
  named: ReadonlyMap<string, Jinja>,
  isList: boolean,
  adapt: (term: Jinja) => Jinja | undefined,
): Jinja | undefined {
  const [term, ...others] = terms;
  if (term === undefined || others.length > 0 || named.size > 0) return undefined;
  const adapted = adapt(term);
  return adapted !== undefined && isList ? { kind: 'list', items: [adapted] } : adapted;
}

function listed(list: Jinja, isList: boolean): Jinja {
  return isList ? list : filterNode(list, 'join', textNode(','));
}

function variables({ terms, named, isList }: Lookup): Jinja | undefined {
  const fallback = named.get('default');
  if (named.size > (fallback === undefined ? 0 : 1) || terms.length === 0) return undefined;
  const values = terms.map((term) => variable(term, fallback));
  if (isList) return { kind: 'list', items: values };
  return values.length === 1 ? values[0] : undefined;
}

function variable(term: Jinja, fallback: Jinja | undefined): Jinja {
  if (term.kind !== 'text' || !isIdentifier(term.value))
    return filterNode(term, 'get_variable', ...(fallback === undefined ? [] : [fallback]));
  const named: Jinja = { kind: 'name', name: term.value };
  return fallback === undefined ? named : filterNode(named, 'default', fallback);
}

function variableNames({ terms, named, isList }: Lookup): Jinja | undefined {
  const [first, ...others] = terms;
  if (first === undefined || named.size > 0) return undefined;
  return listed(filterNode(first, 'variable_names', ...others), isList);
}

function environment({ terms, named, isList }: Lookup): Jinja | undefined {
  const fallback = named.get('default');
  const others = new Map([...named].filter(([name]) => name !== 'default'));
  return only(terms, others, isList, (name) => filterNode(name, 'get_env', fallback ?? textNode('')));
}

/** `convert_data` decides what becomes of a text that looks like data; here it stays a text. */
function withoutConversion(named: ReadonlyMap<string, Jinja>): ReadonlyMap<string, Jinja> {
  const converts = named.get('convert_data');
  const isOff = converts?.kind === 'constant' && converts.value === 'false';
  return isOff ? new Map([...named].filter(([name]) => name !== 'convert_data')) : named;
}

function products({ terms, named, isList }: Lookup): Jinja | undefined {
  const [first, ...others] = terms;
  if (first === undefined || others.length === 0 || named.size > 0 || !isList) return undefined;
  return filterNode(first, 'product', ...others);
}

/** Adapts `lookup('password', 'path length=12 chars=digits')`, also with the path before the text: `folder + '/x length=12'`. */
function password({ terms, named, isList }: Lookup): Jinja | undefined {
  const [term, ...others] = terms;
  if (term === undefined || others.length > 0 || isList) return undefined;
  const read = passwordTerm(term);
  if (read === undefined || read.isNowhere) return undefined;
  const options = new Map([...read.options, ...named]);
  const [length, chars] = [options.get('length'), options.get('chars')];
  if ([...options.keys()].some((name) => name !== 'length' && name !== 'chars')) return undefined;
  const sets = chars === undefined ? undefined : setsOf(chars);
  if (chars !== undefined && sets === undefined) return undefined;
  const count = length ?? (sets === undefined ? undefined : numberNode(20));
  return filterNode(read.path, 'password_file', ...[count, sets].filter((part) => part !== undefined));
}

/**
 * Returns `vars[x]` or `lookup('vars', x)` with a fallback for a variable that does not exist; any other node stays as
 * it is.
 */
export function computedOr(node: Jinja, fallback: Jinja): Jinja {
  const name = computedName(node);
  return name === undefined ? node : filterNode(name, 'get_variable', fallback);
}

/** Returns x of `vars[x]` and `lookup('vars', x)`, if it is not a fixed name. */
export function computedName(node: Jinja): Jinja | undefined {
  if (node.kind === 'member' && node.of.kind === 'name' && node.of.name === 'vars') return computed(node.key);
  if (node.kind !== 'call' || node.callee.kind !== 'name' || node.callee.name !== 'lookup') return undefined;
  const [kind, term, ...others] = node.given.plain;
  const isVars = kind?.kind === 'text' && kind.value.split('.').at(-1) === 'vars';
  return isVars && others.length === 0 && node.given.named.size === 0 ? computed(term) : undefined;
}

function computed(term: Jinja | undefined): Jinja | undefined {
  return term?.kind === 'text' && isIdentifier(term.value) ? undefined : term;
}

interface PasswordTerm {
  readonly path: Jinja;
  readonly options: ReadonlyMap<string, Jinja>;
  /** True for /dev/null: the password is not kept. */
  readonly isNowhere: boolean;
}

/** Parts the text at the blanks before `name=value`. Undefined if an option is computed. */
function passwordTerm(term: Jinja): PasswordTerm | undefined {
  if (term.kind === 'text') {
    const words = term.value.split(' ');
    const first = words.findIndex((word) => /^[a-z]+=/.test(word));
    const path = words
      .slice(0, first === -1 ? words.length : first)
      .join(' ')
      .trimEnd();
    const options = (first === -1 ? [] : words.slice(first).filter((word) => word !== '')).map(optionOf);
    return { path: textNode(path), options: new Map(options), isNowhere: path === '/dev/null' };
  }
  if (term.kind === 'binary' && (term.operator === '+' || term.operator === '~') && term.right.kind === 'text') {
    const end = passwordTerm(term.right);
    if (end === undefined || end.path.kind !== 'text') return undefined;
    const path = end.path.value === '' ? term.left : { ...term, right: end.path };
    return { path, options: end.options, isNowhere: false };
  }
  const isComputed = term.kind === 'binary';
  return isComputed ? undefined : { path: term, options: new Map(), isNowhere: false };
}

function optionOf(word: string): readonly [string, Jinja] {
  const at = word.indexOf('=');
  const value = word.slice(at + 1);
  return [word.slice(0, Math.max(at, 0)), /^\d+$/.test(value) ? numberNode(Number(value)) : textNode(value)];
}

/** Returns the sets of characters as a list; undefined if they are computed. */
function setsOf(chars: Jinja): Jinja | undefined {
  if (chars.kind === 'list') return chars;
  if (chars.kind !== 'text') return undefined;
  const sets = chars.value
    .replaceAll(',,', ',')
    .split(',')
    .filter((one) => one !== '');
  const comma = chars.value.includes(',,') ? [','] : [];
  return { kind: 'list', items: [...sets, ...comma].map(textNode) };
}
