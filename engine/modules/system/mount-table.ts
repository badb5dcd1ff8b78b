import { unescapeOctal } from '../../resources/mount.ts';

/** One line of fstab that mounts something. */
export interface TableEntry {
  readonly source: string;
  readonly at: string;
  readonly type: string;
  readonly options: string;
}

/**
 * Identifies the line of a mount. Lines of swap have the path `none` or `swap`, and are distinguished by their source.
 */
export interface TableKey {
  readonly at: string;
  readonly source: string | undefined;
}

/** Returns the first line of a mount; undefined if there is none. */
export function entryFor(text: string, key: TableKey): TableEntry | undefined {
  const line = linesOf(text).find((one) => isOf(one, key));
  const [source = '', at = '', type = '', options = 'defaults'] = (line ?? '').trim().split(/\s+/).map(unescapeOctal);
  return line === undefined ? undefined : { source, at, type, options };
}

/**
 * Returns the table with only this line for the mount; without any line for it if `line` is undefined. An existing line
 * with the same fields keeps its form.
 */
export function editTable(text: string, key: TableKey, line: string | undefined): string {
  const lines = linesOf(text);
  const first = lines.findIndex((one) => isOf(one, key));
  const same = line !== undefined && first >= 0 && fields(lines[first] ?? '') === fields(line);
  const after = lines.flatMap((one, index) =>
    isOf(one, key) ? (index === first && line !== undefined ? [same ? one : line] : []) : [one],
  );
  if (first < 0 && line !== undefined) after.push(line);
  return after.join('\n') === lines.join('\n') ? text : after.map((one) => `${one}\n`).join('');
}

/** Returns a line of fstab with these fields. Blanks in a field are written as `\040`. */
export function tableLine(words: readonly string[]): string {
  return words.map(escape).join(' ');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function isOf(line: string, key: TableKey): boolean {
  if (line.trimStart().startsWith('#')) return false;
  const [source, at] = line.trim().split(/\s+/).map(unescapeOctal);
  if (at === undefined) return false;
  return isPlaceOfSwap(key.at) ? isPlaceOfSwap(at) && source === key.source : withoutSlash(at) === key.at;
}

/** Returns whether this path in the table belongs to swap, and not to a directory. */
export function isPlaceOfSwap(at: string): boolean {
  return at === 'none' || at === 'swap';
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/(?<!\/)\/+$/, '') : path;
}

/** Returns the fields with single blanks between them, and with the defaults of the fields that may be left out. */
function fields(line: string): string {
  const [source, at, type, options = 'defaults', dump = '0', passno = '0'] = line.trim().split(/\s+/);
  return [source, at, type, options, dump, passno].join(' ');
}

function escape(text: string): string {
  return text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
