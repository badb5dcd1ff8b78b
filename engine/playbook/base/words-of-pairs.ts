/**
 * Returns the words of Ansible's `a=b c="d e"`. A word ends at a blank outside of quotes and of `{{ }}`, and at a `{{`
 * that nothing closes. A quote that nothing closes is a character of its word. The time grows with the length of the
 * text.
 */
export function wordsIn(text: string): readonly string[] {
  const words: string[] = [];
  const unclosed = new Set<string>();
  let begin = 0;
  const endAt = (at: number): void => {
    if (at > begin) words.push(text.slice(begin, at));
    begin = at + 1;
  };
  for (let at = 0; at < text.length;) {
    const length = lengthAt(text, at, unclosed);
    if (length === 0) endAt(at);
    at += Math.max(1, length);
  }
  endAt(text.length);
  return words;
}

const BLANK = /\s/;

/** Returns the length of the piece of a word at this place; 0 if no word goes on here. */
function lengthAt(text: string, at: number, unclosed: Set<string>): number {
  const sign = text[at] ?? '';
  if (sign === '{' && text[at + 1] === '{')
    return closedLength(text, at, { name: sign, search: braces }, unclosed) ?? 0;
  if (sign === '"') return closedLength(text, at, { name: sign, search: doubleQuotes }, unclosed) ?? 1;
  if (sign === "'") return closedLength(text, at, { name: sign, search: singleQuotes }, unclosed) ?? 1;
  return BLANK.test(sign) ? 0 : 1;
}

interface Kind {
  readonly name: string;
  /** Returns where the piece that begins here ends; undefined if nothing closes it. */
  readonly search: (text: string, at: number) => number | undefined;
}

/** If nothing closes a piece, nothing closes a later one of this kind either. */
function closedLength(text: string, at: number, kind: Kind, unclosed: Set<string>): number | undefined {
  if (unclosed.has(kind.name)) return undefined;
  const end = kind.search(text, at);
  if (end === undefined) unclosed.add(kind.name);
  return end === undefined ? undefined : end - at;
}

function braces(text: string, at: number): number | undefined {
  const close = text.indexOf('}}', at + 2);
  return close === -1 ? undefined : close + 2;
}

function singleQuotes(text: string, at: number): number | undefined {
  const close = text.indexOf("'", at + 1);
  return close === -1 ? undefined : close + 1;
}

/** A backslash escapes the next character. */
function doubleQuotes(text: string, at: number): number | undefined {
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '"') return index + 1;
    if (text[index] === '\\') index += 1;
  }
  return undefined;
}
