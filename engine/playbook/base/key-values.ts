import { wordsIn } from './words-of-pairs.ts';

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
  for (const word of wordsIn(text)) {
    const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) others.push(word);
    else pairs.push([name, unquoted(value)]);
  }
  return { pairs, others };
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
