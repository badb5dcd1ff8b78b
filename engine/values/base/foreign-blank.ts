/** Characters that look like a space or like nothing, and are a space for neither YAML nor expressions. */
const BLANKS = /[\u00a0\u1680\u180e\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+/;
/** The part of a line before a value: the indentation, the dash of an item, a key with its colon, and spaces. */
const AHEAD = /^(?: |- )*(?:(?:-|[\w.-]+:) *)?/;
/** A dash or a key with its colon at the beginning of a text. */
const SIGN = /^(?:-|[\w.-]+:)?/;

const NAMES: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u202f': 'a narrow no-break space',
  '\u200b': 'a space without width',
  '\u2060': 'a joiner without width',
  '\u3000': 'a wide space',
  '\ufeff': 'a byte order mark',
};

/** A character that looks like a space, in a text: its name with its number, its offset, and how many follow it. */
export interface ForeignBlank {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

/**
 * Returns the first character of the text that looks like a space but is not a space; undefined if there is no such
 * character.
 */
export function foreignBlank(text: string): ForeignBlank | undefined {
  const found = BLANKS.exec(text);
  return found === null ? undefined : blankAt(found[0], found.index);
}

/** Like `foreignBlank`, for the places of a line of YAML where spaces are expected. */
export function blankBetween(line: string): ForeignBlank | undefined {
  return rightBehind(AHEAD, line);
}

/** Like `foreignBlank`, for a text without quotes in which the character keeps a dash or a colon from having its meaning. */
export function blankAtBeginning(text: string): ForeignBlank | undefined {
  return rightBehind(SIGN, text);
}

function rightBehind(beginning: RegExp, text: string): ForeignBlank | undefined {
  const blank = foreignBlank(text);
  return blank?.at === beginning.exec(text)?.[0].length ? blank : undefined;
}

function blankAt(blanks: string, at: number): ForeignBlank {
  const [first = ''] = blanks;
  const number = first.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return { name: `${NAMES[first] ?? 'a special space'} (U+${number})`, at, length: blanks.length };
}
