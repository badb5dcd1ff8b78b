/** A word of a text in one line, as Ansible parts it: a blank within quotes, `{{ }}`, `{% %}` or `{# #}` ends none. */
export interface Word {
  readonly text: string;
  /** Offset in the text. */
  readonly at: number;
}

export interface Words {
  readonly words: readonly Word[];
  /** False if a quote or a template has no end. The words are then those up to the end of the text. */
  readonly isClosed: boolean;
}

/** `name=value` in a word. */
export interface Pair {
  readonly name: string;
  /** Without the quotes around it, and with its escapes decoded. */
  readonly value: string;
  /** Offset of the value in the text, with its quote. */
  readonly at: number;
  /** The value as it is written, with its quotes. */
  readonly source: string;
}

/** The arguments of `src=a dest="b c"`, Ansible's form in one line. */
export interface KeyValues {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** Words that are not pairs. */
  readonly others: readonly string[];
}

/**
 * Reads Ansible's `a=b c="d e"`. A text in quotes is one word, without the quotes. `others` are the words that are not
 * pairs.
 */
export function readKeyValues(text: string): KeyValues {
  const pairs: (readonly [string, string])[] = [];
  const others: string[] = [];
  for (const word of readWords(text).words) {
    const pair = pairIn(word);
    if (pair === undefined) others.push(word.text);
    else pairs.push([pair.name, pair.value]);
  }
  return { pairs, others };
}

/** Where a text is between its words. */
interface State {
  readonly quote: string | undefined;
  readonly depths: readonly number[];
}

const BRACES = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
] as const;

/**
 * Splits a text into words by the rules of ansible-core (`parsing/splitter.py`): at blanks and line ends. A quote
 * begins and ends anywhere in a word, unless a backslash is before it. A backslash alone is not a word.
 */
export function readWords(text: string): Words {
  const words: Word[] = [];
  let state: State = { quote: undefined, depths: [0, 0, 0] };
  let from: number | undefined;
  let to = 0;
  for (const { 0: token, index: at } of text.matchAll(/[^ \n]+/g)) {
    if (token === '\\' && state.quote === undefined) continue;
    if (from !== undefined && !isWithin(state)) {
      words.push({ text: text.slice(from, to), at: from });
      from = undefined;
    }
    from ??= at;
    to = at + token.length;
    state = { quote: quoteAfter(token, state.quote), depths: depthsAfter(token, state.depths) };
  }
  if (from !== undefined) words.push({ text: text.slice(from, to), at: from });
  return { words, isClosed: !isWithin(state) };
}

function isWithin({ quote, depths }: State): boolean {
  return quote !== undefined || depths.some((depth) => depth > 0);
}

function quoteAfter(token: string, before: string | undefined): string | undefined {
  let quote = before;
  for (const { 0: found, index } of token.matchAll(/["']/g)) {
    if (token[index - 1] === '\\') continue;
    if (quote === undefined) quote = found;
    else if (quote === found) quote = undefined;
  }
  return quote;
}

function depthsAfter(token: string, before: readonly number[]): readonly number[] {
  return BRACES.map(([open, close], index) =>
    Math.max(0, (before[index] ?? 0) + token.split(open).length - token.split(close).length),
  );
}

/** Returns the pair in a word; undefined for any other word, and where a backslash is before its `=`. */
export function pairIn({ text, at }: Word): Pair | undefined {
  const { 1: name, 0: head = '' } = /^([A-Za-z_]\w*)=/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const source = text.slice(head.length).trim();
  return { name, value: unquoted(decoded(source)), at: at + text.indexOf(source, head.length), source };
}

/** As in Ansible, a backslash before the last quote keeps both quotes. */
function unquoted(value: string): string {
  const quoted = /^(["'])([\s\S]*)\1$/.exec(value);
  return quoted === null || value.at(-2) === '\\' ? value : (quoted[2] ?? '');
}

const ESCAPE = /\\(?:U[a-fA-F0-9]{8}|u[a-fA-F0-9]{4}|x[a-fA-F0-9]{2}|[\\'"abfnrtv])/g;
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** Decodes escapes such as `\n`. A backslash before any other letter stays. */
function decoded(value: string): string {
  return value.replaceAll(ESCAPE, (whole) => {
    if (whole.length === 2) return ESCAPED.get(whole.slice(1)) ?? whole.slice(1);
    const code = Number.parseInt(whole.slice(2), 16);
    return code > 0x10_ff_ff ? whole : String.fromCodePoint(code);
  });
}

/** Writes the pairs as a map in YAML. */
export function asMap(pairs: KeyValues['pairs']): string {
  return `{${pairs.map(([name, value]) => `${name}: ${scalar(name, value)}`).join(', ')}}`;
}

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ['yes', 'true'],
  ['true', 'true'],
  ['on', 'true'],
  ['no', 'false'],
  ['false', 'false'],
  ['off', 'false'],
]);

function scalar(name: string, value: string): string {
  const boolean = BOOLEANS.get(value.toLowerCase());
  if (boolean !== undefined) return boolean;
  if (/^[1-9]\d*$|^0$/.test(value) && !/mode$|^umask$/.test(name)) return value;
  if (/^[A-Za-z_/.][\w./@-]*$/.test(value) && !/^(?:null|y|n)$/i.test(value)) return value;
  // Only double quotes can hold a line end as an escape.
  if (/\p{Cc}/u.test(value)) return JSON.stringify(value);
  if (!value.includes('"') && !value.includes('\\')) return `"${value}"`;
  return `'${value.replaceAll("'", "''")}'`;
}
