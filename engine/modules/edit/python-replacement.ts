import { PatternFault } from './python-pattern.ts';

/** The replacement of a match in the form of Python: texts, and groups by number or name. */
export type Replacement = readonly (string | number | { readonly name: string })[];

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

const ESCAPE = /\\(?:g<([^<>]*)>|([0-3][0-7]{2}|0[0-7]?)|([1-9][0-9]?)|([^]?))/gu;

/**
 * Reads `\1`, `\g<1>`, `\g<name>`, `\n` and the like. Throws PatternFault for a group that the expression does not
 * have.
 */
export function parseReplacement(
  text: string,
  groups: { readonly groups: number; readonly names: ReadonlySet<string> },
): Replacement {
  const parts: (string | number | { readonly name: string })[] = [];
  let at = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [whole, name, octal, number, character] = match;
    parts.push(text.slice(at, match.index));
    at = match.index + whole.length;
    if (name !== undefined) parts.push(groupOf(name, groups));
    else if (octal !== undefined) parts.push(String.fromCodePoint(Number.parseInt(octal, 8)));
    else if (number !== undefined) parts.push(numbered(Number(number), groups.groups));
    else parts.push(escaped(character ?? ''));
  }
  return [...parts, text.slice(at)];
}

function groupOf(
  name: string,
  groups: { readonly groups: number; readonly names: ReadonlySet<string> },
): number | { readonly name: string } {
  if (/^[0-9]+$/.test(name)) return numbered(Number(name), groups.groups);
  if (!groups.names.has(name)) throw new PatternFault(`unknown group name "${name}"`);
  return { name };
}

function numbered(number: number, groups: number): number {
  if (number > groups) throw new PatternFault(`invalid group reference ${number}`);
  return number;
}

function escaped(character: string): string {
  const control = CONTROLS.get(character);
  if (control !== undefined) return control;
  if (character === '') throw new PatternFault('a backslash at the end');
  if (/[A-Za-z]/.test(character)) throw new PatternFault(`bad escape \\${character}`);
  return `\\${character}`;
}

/** Returns the text of the replacement. A group without a match gives an empty text. */
export function expand(replacement: Replacement, match: RegExpExecArray | RegExpMatchArray): string {
  return replacement
    .map((part) =>
      typeof part === 'string' ? part : ((typeof part === 'number' ? match[part] : match.groups?.[part.name]) ?? ''),
    )
    .join('');
}
