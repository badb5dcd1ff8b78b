/** The arguments of `src=a dest="b c"`, Ansible's form in one line. */
export interface KeyValues {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** Words that are not pairs. */
  readonly others: readonly string[];
}

/** A word ends at a blank outside of quotes and of `{{ }}`. A `{{` without `}}` ends the word too. */
const WORD = /(?:\{\{[\s\S]*?\}\}|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'{]|\{(?!\{)|["'])+/g;

/**
 * Reads Ansible's `a=b c="d e"`. A text in quotes is one word, without the quotes. `others` are the words that are not
 * pairs.
 */
export function readKeyValues(text: string): KeyValues {
  const pairs: (readonly [string, string])[] = [];
  const others: string[] = [];
  for (const word of wordsOf(text)) {
    const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) others.push(word);
    else pairs.push([name, unquoted(value)]);
  }
  return { pairs, others };
}

/** Takes the place of the first brace of a `{{` without an end. It counts as a blank, and no playbook contains it. */
const MARK = '\u1680';

/**
 * Returns the words. A `{{` after the last `}}` has no end. For each of them, the pattern would read the rest of the
 * text. Therefore each of them is replaced by a mark before the pattern is used, and put back afterwards.
 */
function wordsOf(text: string): readonly string[] {
  const end = text.lastIndexOf('}}') + 1;
  const rest = text.slice(end);
  if (!rest.includes('{{') || text.includes(MARK)) return text.match(WORD) ?? [];
  const marked = text.slice(0, end) + rest.replaceAll(/\{(?=\{)/g, MARK);
  return (marked.match(WORD) ?? []).map((word) => word.replaceAll(MARK, '{'));
}

function unquoted(value: string): string {
  const quoted = /^(["'])([\s\S]*)\1$/.exec(value);
  return quoted === null ? value : (quoted[2] ?? '');
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
  if (!value.includes('"') && !value.includes('\\')) return `"${value}"`;
  return `'${value.replaceAll("'", "''")}'`;
}
