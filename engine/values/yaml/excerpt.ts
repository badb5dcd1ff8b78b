import type { Place } from '../../errors/problem.ts';

const WIDTH = 120;

/**
 * Files that are encrypted as a whole. A place in such a file refers to the decrypted text, not to the lines of the
 * file.
 */
const ENCRYPTED = /^\s*(?:-----BEGIN AGE ENCRYPTED FILE-----|\$ANSIBLE_VAULT;|age-encryption\.org\/)/;

/**
 * Returns the line of a place with the line before it, and carets below. `text` is the whole file. Empty if the file
 * does not have the line, or is encrypted. The caller masks the result.
 */
export function excerpt(text: string, place: Place): string {
  if (ENCRYPTED.test(text)) return '';
  const lines = text.split(/\r\n|\n|\r/);
  const line = lines[place.line - 1];
  if (line === undefined) return '';
  const before = lines[place.line - 2];
  const gutter = String(place.line).length;
  const start = Math.max(0, Math.min(place.column - 1, line.length));
  const length = Math.max(1, Math.min(place.length ?? 1, line.length - start));

  // A long line is cut so that the place stays visible.
  const cut = line.length > WIDTH && start > WIDTH / 2 ? start - Math.floor(WIDTH / 2) : 0;
  const shown = line.slice(cut, cut + WIDTH);
  const lead = cut > 0 ? '…' : '';
  const tail = cut + WIDTH < line.length ? '…' : '';
  const blank = lead.replaceAll(/./g, ' ') + shown.slice(0, start - cut).replaceAll(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (start - cut))));

  const rows: string[] = [];
  if (before !== undefined && before.trim() !== '') {
    rows.push(
      `${String(place.line - 1).padStart(gutter)} | ${before.length > WIDTH ? `${before.slice(0, WIDTH)}…` : before}`,
    );
  }
  rows.push(`${place.line} | ${lead}${shown}${tail}`, `${' '.repeat(gutter)} | ${blank}${carets}`);
  return rows.join('\n');
}
