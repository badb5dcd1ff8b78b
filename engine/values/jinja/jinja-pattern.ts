/**
 * Translates a regular expression of Python into JavaScript with the u flag; undefined if there is no counterpart.
 * Named groups, the ends of the text, and literal backslashes and braces are written differently.
 */
export function patternAsHere(source: string): string | undefined {
  // Flags at the beginning hold for the whole pattern.
  const [opening, flags] = leadingFlags(source);
  const written = translated(source.slice(opening.length));
  return written === undefined || flags === '' ? written : `(?${flags}:${written})`;
}

/** Returns the groups of flags at the beginning, and their letters, each once. */
function leadingFlags(source: string): readonly [opening: string, flags: string] {
  const opening = /^(?:\(\?[ims]+\))+/.exec(source)?.[0] ?? '';
  return [opening, [...new Set(opening.replaceAll(/[^ims]/g, ''))].join('')];
}

function translated(source: string): string | undefined {
  let written = '';
  let isInClass = false;
  for (let at = 0; at < source.length;) {
    const piece: PatternPiece | undefined = isInClass ? inClass(source, at) : outside(source, at);
    if (piece === undefined) return undefined;
    written += piece.text;
    at += piece.length;
    isInClass = piece.isInClass ?? isInClass;
  }
  return isPattern(written) ? written : undefined;
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

interface PatternPiece {
  readonly text: string;
  /** Length of the source that it replaces. */
  readonly length: number;
  readonly isInClass?: boolean;
}

/** Escapes that only Python has. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['A', '^'],
  ['Z', '$'],
]);

function outside(source: string, at: number): PatternPiece | undefined {
  const rest = source.slice(at);
  const group = /^\(\?(P<(\w+)>|P=(\w+)\)|[aiLmsux-]+[):]|#[^)]*\))/.exec(rest);
  if (group !== null) {
    const [whole, , opened, again] = group;
    if (opened !== undefined) return { text: `(?<${opened}>`, length: whole.length };
    return again === undefined ? undefined : { text: `\\k<${again}>`, length: whole.length };
  }
  const letter = rest[0] ?? '';
  if (letter === '\\') return escaped(rest, /[\^$\\.*+?()[\]{}|/]/);
  if (letter === '[') {
    const opening = /^\[\^?\]?/.exec(rest)?.[0] ?? '[';
    return { text: opening.replace(']', '\\]'), length: opening.length, isInClass: true };
  }
  if (letter === ']' || letter === '}') return { text: `\\${letter}`, length: 1 };
  if (letter === '{') return repeated(rest);
  // Possessive repeats and atomic groups of Python 3.11, and conditional groups.
  if (/^[*+?}]\+/.test(rest) || rest.startsWith('(?>') || rest.startsWith('(?(')) return undefined;
  return { text: letter, length: 1 };
}

/** Translates `{2,3}`, or a literal brace. */
function repeated(rest: string): PatternPiece {
  const count = /^\{\d+(?:,\d*)?\}|^\{,(\d+)\}/.exec(rest);
  if (count === null) return { text: '\\{', length: 1 };
  return { text: count[1] === undefined ? count[0] : `{0,${count[1]}}`, length: count[0].length };
}

function inClass(source: string, at: number): PatternPiece | undefined {
  const rest = source.slice(at);
  if (rest.startsWith(']')) return { text: ']', length: 1, isInClass: false };
  if (rest.startsWith('\\')) return escaped(rest, /[\^$\\.*+?()[\]{}|/-]/);
  return { text: rest[0] ?? '', length: 1 };
}

/** Translates an escape. Removes a backslash that the letter does not need. */
function escaped(rest: string, needed: RegExp): PatternPiece | undefined {
  const letter = rest[1];
  if (letter === undefined) return undefined;
  const other = OTHERWISE.get(letter);
  if (other !== undefined) return { text: other, length: 2 };
  if (letter === 'a') return { text: '\\x07', length: 2 };
  if (needed.test(letter) || /[dDwWsSbBnrtfv0-9]/.test(letter)) return { text: `\\${letter}`, length: 2 };
  if (/[xuU]/.test(letter)) {
    const code = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(rest)?.[0];
    return code === undefined ? undefined : { text: code, length: code.length };
  }
  return /[A-Za-z]/.test(letter) ? undefined : { text: letter, length: 2 };
}
