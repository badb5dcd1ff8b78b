/**
 * A pattern with wildcards, as in shells. The time of a test is at most text length times pattern length, for any
 * number of `*`.
 */
export interface Wildcards {
  /** Returns whether the pattern matches the whole text. */
  test(text: string): boolean;
}

/** Any number of characters, or one character that passes the test. */
type Part = '*' | ((character: string) => boolean);

export interface WildcardOptions {
  /**
   * If true, `[…]` stands for one of several characters, and `[!…]` for any other. A bracket that is not closed stands
   * for itself.
   */
  readonly classes: boolean;
  /** If true, upper and lower case are the same. */
  readonly ignoreCase: boolean;
}

/** Parses a pattern: `*` is any text, `?` any character. Throws SyntaxError for an invalid class such as `[z-a]`. */
export function wildcards(pattern: string, options: WildcardOptions): Wildcards {
  const fold = (text: string): string => (options.ignoreCase ? text.toLowerCase() : text);
  const parts = partsOf(fold(pattern), options.classes);
  return { test: (text) => fits(parts, fold(text)) };
}

function partsOf(pattern: string, classes: boolean): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    const end = classes && character === '[' ? endOfClass(pattern, at) : -1;
    if (character === '*') parts.push('*');
    else if (character === '?') parts.push(() => true);
    else if (end !== -1) {
      parts.push(classOf(pattern.slice(at + 1, end)));
      at = end;
    } else parts.push((one) => one === character);
  }
  return parts;
}

/** A closing bracket that comes first is a member of the class. */
function endOfClass(pattern: string, at: number): number {
  return pattern.indexOf(']', at + (pattern[at + 1] === '!' ? 3 : 2));
}

function classOf(body: string): (character: string) => boolean {
  const isNegated = body.startsWith('!');
  const members = (isNegated ? body.slice(1) : body).replaceAll(/[\\\]^[]/g, '\\$&');
  const expression = new RegExp(`^[${isNegated ? '^' : ''}${members}]$`);
  return (character) => expression.test(character);
}

/** Only the last `*` so far may ever need to match more characters. */
function fits(parts: readonly Part[], text: string): boolean {
  let at = 0;
  let part = 0;
  let star = -1;
  let taken = 0;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === '*') {
      star = part;
      taken = at;
      part += 1;
    } else if (wanted?.(text[at] ?? '') === true) {
      at += 1;
      part += 1;
    } else if (star !== -1) {
      taken += 1;
      at = taken;
      part = star + 1;
    } else return false;
  }
  while (parts[part] === '*') part += 1;
  return part === parts.length;
}
