import { existsSync } from 'node:fs';

/** So a path of ssh's configuration begins: it is absolute, or of a home, a variable or a token. */
const BEGINNING = /^(?:[/~$%]|none$)/;

/**
 * Files of a line of `ssh -G`, which separates them by blanks, and quotes none that has blanks in its name. The longest
 * name that is there is taken for one file; where none is there, whatever does not begin like a path belongs to the
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
