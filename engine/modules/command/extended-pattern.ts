/** A pattern that `grep -E` cannot express. */
export class NoExtendedPattern extends Error {}

/** A pattern for `grep -E`; with `-i` if `ignoreCase` is true. */
export interface ExtendedPattern {
  readonly source: string;
  readonly ignoreCase: boolean;
}

const CLASSES: Readonly<Record<string, string>> = { d: '0-9', w: '[:alnum:]_', s: '[:space:]' };
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', f: '\f', v: '\v', a: '\x07' };
/** Characters that need a backslash to be taken literally. */
const SPECIAL = /[.[\](){}*+?^$|\\]/;

/**
 * Converts a regular expression of Python for `grep -E`, which searches line by line. Throws NoExtendedPattern for a
 * part that grep cannot express.
 */
export function extendedPattern(text: string): ExtendedPattern {
  const ignoreCase = text.startsWith('(?i)');
  const rest = ignoreCase ? text.slice('(?i)'.length) : text;
  const source = rest.replaceAll(PART, (part, unclosed?: string) => {
    if (unclosed !== undefined) throw new NoExtendedPattern(`${unclosed.slice(0, 20)}…`);
    return partOf(part);
  });
  return { source, ignoreCase };
}

/**
 * Matches a class in brackets, one that nothing closes, an escape, the beginning of a group, a quantifier with its suffix, or any other
 * character.
 */
const PART =
  /\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*\]|(\[[^]*)|\\[^]|\(\?(?:P<\w+>|[^]?)|(?:[*+?]|\{\d*(?:,\d*)?\})[?+]|[^]/g;

function partOf(part: string): string {
  if (part.startsWith('[')) return bracket(part);
  if (part.startsWith('\\')) return escape(part[1] ?? '');
  if (part === '(?:' || part.startsWith('(?P<')) return '(';
  if (part.startsWith('(?')) throw new NoExtendedPattern(`${part}…`);
  if (part.length > 1) throw new NoExtendedPattern(part);
  if (part === '\n') throw new NoExtendedPattern('a line end');
  return part;
}

function escape(letter: string): string {
  const members = CLASSES[letter.toLowerCase()];
  if (members !== undefined) return letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`;
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (/[A-Za-z0-9\n]/.test(letter)) throw new NoExtendedPattern(`\\${letter}`);
  return SPECIAL.test(letter) ? `\\${letter}` : letter;
}

/**
 * Converts a class. A backslash in brackets is not an escape for grep, so each escaped character goes where it needs no
 * escape: ] to the front, ^ and - to the end.
 */
function bracket(part: string): string {
  const isNegated = part.startsWith('[^');
  let first = '';
  let members = '';
  let last = '';
  for (const [one] of part.slice(isNegated ? 2 : 1, -1).matchAll(/\\[^]|\[:\w+:\]|[^]/g)) {
    const letter = one.startsWith('\\') ? one.slice(1) : one;
    if (letter === ']') first = ']';
    else if (one === '\\^' || one === '\\-') last = letter === '-' ? `${last}-` : `^${last}`;
    else if (one.startsWith('\\')) members += bracketEscape(letter);
    else members += one;
  }
  if (members === '' && first === '' && last.startsWith('^') && !isNegated) return `\\^${last.length > 1 ? '|-' : ''}`;
  return `[${isNegated ? '^' : ''}${first}${members}${last}]`;
}

function bracketEscape(letter: string): string {
  const members = CLASSES[letter];
  if (members !== undefined) return members;
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (/[A-Za-z0-9\n]/.test(letter)) throw new NoExtendedPattern(`[\\${letter}]`);
  return letter;
}
