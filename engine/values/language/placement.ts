import type { Place } from '../../errors/problem.ts';
import type { ScalarNode } from '../base/node.ts';
import type { Locate } from './fault.ts';

/** A text with its position in a YAML file. */
export interface Written {
  readonly text: string;
  readonly place: Place;
  readonly style: ScalarNode['style'];
  /**
   * The scalar as it is written, with quotes and block header. Without it, columns in folded and escaped text are
   * estimated.
   */
  readonly source?: string | undefined;
}

interface Cursor {
  readonly line: number;
  readonly column: number;
}

function advance(cursor: Cursor, text: string): Cursor {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  return lines.length === 1
    ? { line: cursor.line, column: cursor.column + last.length }
    : { line: cursor.line + lines.length - 1, column: last.length + 1 };
}

/** Returns the length of the escape sequence that begins at the backslash at `at`, in a double-quoted source. */
function escapeLength(source: string, at: number): number {
  return ESCAPE_LENGTHS.get(source[at + 1] ?? '') ?? 2;
}

const ESCAPE_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 4],
  ['u', 6],
  ['U', 10],
]);

/**
 * Returns the offset in the source for an offset in the text. Walks through both in parallel; white space may differ
 * because of folding and indentation.
 */
function sourceOffset(text: string, source: string, offset: number): number {
  const quote = source[0] === '"' || source[0] === "'" ? source[0] : undefined;
  let at = contentStart(source);
  for (const [index, wanted] of text
    .slice(0, offset + 1)
    .split('')
    .entries()) {
    const isEscape = quote === '"' && source[at] === '\\' && source[at + 1] !== '\n';
    const isBlank = /\s/.test(wanted);
    if (!isEscape && !isBlank) at = skipFolding(source, at, wanted);
    if (index === offset) return at;
    if (isEscape) at += escapeLength(source, at);
    // A blank of the text stands for one or more blanks of the source. The rest are skipped at the next other
    // character.
    else if (isBlank) at += /\s/.test(source[at] ?? '') ? 1 : 0;
    else at += quote === "'" && wanted === "'" ? 2 : 1;
  }
  return Math.min(at, source.length);
}

/** Returns where the text begins in its source: after the quote, or after the header of a block. */
function contentStart(source: string): number {
  switch (source.charAt(0)) {
    case '"':
    case "'":
      return 1;
    case '|':
    case '>':
      return source.indexOf('\n') + 1;
    default:
      return 0;
  }
}

/** Skips line breaks and indentation that folding puts before a character. */
function skipFolding(source: string, from: number, wanted: string): number {
  let at = from;
  while (at < source.length && source[at] !== wanted && /\s|\\/.test(source[at] ?? '')) at++;
  return at;
}

/**
 * Returns a function that converts an offset in the text to a place in the file: exact if the source is known, else
 * estimated.
 */
export function locateIn(written: Written): Locate {
  return (offset, length) => {
    const { text, place, style, source } = written;
    const within = Math.max(0, Math.min(offset, text.length));
    if (source === undefined && style === 'block') {
      const { line, column } = advance({ line: 1, column: 1 }, text.slice(0, within));
      // The body of a block begins on the line after its header, usually indented by two.
      return { file: place.file, line: place.line + line, column: column + 2, length };
    }
    const isQuoted = source !== undefined && style === 'quoted';
    const begin = isQuoted
      ? { line: place.line, column: place.column - 1 }
      : { line: place.line, column: place.column };
    const before = source === undefined ? text.slice(0, within) : source.slice(0, sourceOffset(text, source, within));
    return { file: place.file, ...advance(begin, before), length };
  };
}

/** Like `locateIn`, for a text that is a whole file. */
export function locateInFile(text: string, file: string): Locate {
  return (offset, length) => ({ file, ...advance({ line: 1, column: 1 }, text.slice(0, Math.max(0, offset))), length });
}
