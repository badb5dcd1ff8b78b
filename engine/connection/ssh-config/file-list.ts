import { existsSync } from 'node:fs';

/**
 * The beginning of a path in the configuration of ssh: it is absolute, or begins with a home, a variable or a token.
 */
const BEGINNING = /^(?:[/~$%]|none$)/;

/**
 * Splits a line of files of `ssh -G`, which separates them by blanks and does not quote names that contain blanks. The
 * longest existing name is taken as one file; if none exists, a word that does not begin like a path belongs to the
 * name before it.
 */
export function fileList(line: string, expand: (path: string) => string): readonly string[] {
  const pieces = line.split(' ');
  const files: string[] = [];
  for (let at = 0; at < pieces.length;) {
    const lengths = Array.from({ length: pieces.length - at }, (_, index) => pieces.length - at - index);
    const name = (length: number): string => expand(pieces.slice(at, at + length).join(' '));
    const next = pieces.findIndex((piece, index) => index > at && BEGINNING.test(piece));
    const length = lengths.find((one) => one > 0 && existsSync(name(one))) ?? (next === -1 ? pieces.length : next) - at;
    files.push(name(length));
    at += length;
  }
  return files.filter((file) => file !== '');
}
