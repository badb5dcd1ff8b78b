import { createHash } from 'node:crypto';
import type { Request } from '../base/resource.ts';
import { type FileDetail, MAX_CONTENT_BYTES, MAX_EDITED_BYTES } from './file-detail.ts';
import {
  type Attributes,
  type Directory,
  type FileState,
  type Followed,
  type Locks,
  type OtherFile,
  type RegularFile,
  ABSENT,
  NOTHING_ABOVE,
  parentOf,
} from './file-state.ts';

/**
 * Decodes the output of `files.observe`. Throws Error if stat knows no formats, or if the output is garbled or
 * incomplete.
 */
export function decodeFiles(
  output: Buffer,
  requests: readonly Request<FileDetail, FileState>[],
): ReadonlyMap<string, FileState> {
  const records = new Records(requests, split(output));
  if (!records.understandsFormat)
    throw new Error('stat does not understand `-c` with a format here: install coreutils, or a busybox that has it');
  const { states, missing, targets, followed } = records;
  return new Map(
    requests.map(({ id, detail }, index): [string, FileState] => {
      const locks = records.locksOf(index);
      const found = states.get(id) ?? missing.get(id) ?? ABSENT;
      const state: FileState = locks === undefined ? found : { ...found, locks };
      if (state.type !== 'link' || detail.look === 'attributes') return [id, withContent(state, id, detail, records)];
      const path = targets.get(index);
      const end = followed.get(id) ?? (path === undefined ? NOTHING_ABOVE : ABSENT);
      const above = path === undefined ? [] : directoriesAbove(path, followed);
      const to = { path, state: withContent(end, id, detail, records), ...(above.length === 0 ? {} : { above }) };
      return [id, { ...state, to }];
    }),
  );
}

/** The facts in the records of one look, by requested path. */
class Records {
  readonly states = new Map<string, FileState>();
  readonly missing = new Map<string, FileState>();
  /** The ends of links, by the index of the request. */
  readonly targets = new Map<number, string>();
  /** The ends of links and the directories above them, by path. */
  readonly followed = new Map<string, Followed>();
  readonly digests = new Map<string, string>();
  readonly contents = new Map<string, Buffer>();
  /** Files whose content could not be read to its end. */
  readonly broken = new Set<string>();
  /** `d` or `p` and the index of a request: the user may not write its directory, or the path itself. */
  readonly #locks = new Set<string>();
  understandsFormat = false;
  readonly #requests: readonly Request<FileDetail, FileState>[];
  readonly #ids: ReadonlySet<string>;
  readonly #isNamedTwice: boolean;
  #linkOfNextName: Stat | undefined;

  constructor(requests: readonly Request<FileDetail, FileState>[], pieces: readonly Buffer[]) {
    this.#requests = requests;
    this.#ids = new Set(requests.map(({ id }) => id));
    this.#isNamedTwice = pieces.some((piece) => piece[0] === NAME);
    for (const piece of pieces) this.#read(String.fromCharCode(piece[0] ?? 0), piece.subarray(1));
  }

  /** Returns what the user may not write of a requested path; undefined if the user may write all of it. */
  locksOf(index: number): Locks | undefined {
    if (this.#locks.size === 0) return undefined;
    const directory = this.#locks.has(`d${index}`);
    const itself = this.#locks.has(`p${index}`);
    return directory || itself ? { directory, itself } : undefined;
  }

  #read(kind: string, rest: Buffer): void {
    switch (kind) {
      case 's':
        return this.#readStat(rest);
      case 't':
        return this.#readLinkName(rest);
      case 'l': {
        const { state, name } = decodeStat(rest);
        if (state.type !== 'link') this.followed.set(name, state);
        return;
      }
      case 'r': {
        const [index, target] = indexed(rest);
        const path = withoutNewline(target.toString('utf8'));
        if (path !== '') this.targets.set(index, path);
        return;
      }
      case 'a':
        return this.#readAccessLists(rest.toString('utf8'));
      case 'm':
        return this.#readMissing(rest.toString('latin1'));
      case 'w':
        return this.#readLocks(rest.toString('latin1'));
      case 'd':
        return this.#readDigests(rest.toString('utf8'));
      case 'e': {
        const [index, line] = indexed(rest);
        this.digests.set(this.#idOf(index), line.toString('latin1').slice(0, 64));
        return;
      }
      case 'c': {
        const [index, content] = indexed(rest);
        this.contents.set(this.#idOf(index), content);
        return;
      }
      case 'x':
        this.broken.add(this.#idOf(Number(rest.toString('latin1'))));
        return;
      case 'z':
        return;
      default:
        throw new Error('the observation of files is garbled');
    }
  }

  #readStat(record: Buffer): void {
    const seen = this.#isNamedTwice ? decodeFields(record.toString('utf8')) : decodeStat(record);
    const { state, name } = seen;
    this.understandsFormat = true;
    if (state.type !== 'link') this.states.set(this.#ids.has(name) ? name : unquoted(name), state);
    else if (this.#isNamedTwice) this.#linkOfNextName = seen;
    else {
      const link = splitLink(name, this.#ids);
      if (link !== undefined) this.states.set(link.id, { ...state, target: link.target });
    }
  }

  #readLinkName(record: Buffer): void {
    if (this.#linkOfNextName?.state.type === 'link') {
      const { state, name } = this.#linkOfNextName;
      this.states.set(name, { ...state, target: targetIn(withoutNewline(record.toString('utf8')), name) });
    }
    this.#linkOfNextName = undefined;
  }

  #readAccessLists(listing: string): void {
    for (const found of [this.states, this.followed] as readonly Map<string, FileState | Followed>[])
      for (const [path, state] of found)
        if (state.type === 'directory' && ((state.mode ?? 0) & 0o022) === 0o020 && isListed(path, listing))
          found.set(path, { ...state, hasAccessList: true });
  }

  #readMissing(text: string): void {
    const state: FileState = text.startsWith('a') ? ABSENT : text.startsWith('h') ? { type: 'hidden' } : NOTHING_ABOVE;
    this.missing.set(this.#idOf(Number(text.slice(1))), state);
  }

  #readLocks(text: string): void {
    for (const word of text.trim().split(' ')) this.#locks.add(word);
  }

  #readDigests(text: string): void {
    for (const line of text.split('\n')) {
      const [, digest, name] = /^([0-9a-f]{64}) [ *]([^]*)$/.exec(line) ?? [];
      if (digest !== undefined && name !== undefined) this.digests.set(name, digest);
    }
  }

  #idOf(index: number): string {
    return this.#requests[index]?.id ?? '';
  }
}

/** Adds digest and content to the state of a file, if they were requested and brought. */
function withContent<State extends FileState>(
  state: State,
  id: string,
  detail: FileDetail,
  { broken, contents, digests }: Records,
): State | RegularFile {
  if (state.type !== 'file') return state;
  const most = detail.whole ? MAX_EDITED_BYTES : MAX_CONTENT_BYTES;
  const brought = broken.has(id) ? undefined : contents.get(id);
  const content = brought !== undefined && brought.length <= most ? brought : undefined;
  const sha256 =
    digests.get(id) ?? (content === undefined ? undefined : createHash('sha256').update(content).digest('hex'));
  const isTooLarge = !detail.digested && (state.size ?? 0) > most;
  const isUnreadable = (detail.look === 'digest' || detail.look === 'content') && sha256 === undefined && !isTooLarge;
  return { ...state, sha256, content, ...(isUnreadable ? { unreadable: true } : {}) };
}

/** Returns the directories above a path that were seen, from the top. */
function directoriesAbove(path: string, seen: ReadonlyMap<string, Followed>): readonly Directory[] {
  const above: Directory[] = [];
  for (let at = parentOf(path); at !== '/'; at = parentOf(at)) {
    const state = seen.get(at);
    if (state?.type === 'directory') above.unshift(state);
  }
  return above;
}

/** True if `ls -ld` shows a `+` after the mode of the path. A name with line ends covers several lines. */
function isListed(path: string, listing: string): boolean {
  const ending = ` ${path}\n`;
  for (let at = listing.indexOf(ending); at !== -1; at = listing.indexOf(ending, at + 1))
    if (/^d.{9}\+/.test(listing.slice(listing.lastIndexOf('\n', at) + 1))) return true;
  return false;
}

/** Matches the last record, which contains the boundary twice. */
const BOUNDARY = /([0-9a-f]{24})z\1/g;
/**
 * Sizes of the parts at the end of the output, in bytes, in which the last record is searched. Other output of the host
 * may follow it.
 */
const ENDS_BYTES = [64, 64 * 1024];

function split(output: Buffer): readonly Buffer[] {
  const boundary = boundaryOf(output);
  const pieces: Buffer[] = [];
  let at = output.indexOf(boundary);
  while (at !== -1) {
    const from = at + boundary.length;
    const next = output.indexOf(boundary, from);
    pieces.push(output.subarray(from, next === -1 ? undefined : next));
    if (pieces.at(-1)?.[0] === END) break;
    at = next;
  }
  return pieces;
}

function boundaryOf(output: Buffer): string {
  for (const bytes of ENDS_BYTES) {
    const boundary = [...output.subarray(-bytes).toString('latin1').matchAll(BOUNDARY)].at(-1)?.[1];
    if (boundary !== undefined) return boundary;
  }
  throw new Error('the observation of files ended early');
}

const END = 'z'.charCodeAt(0);
/** A record with a name, which follows the record of attributes. It is used if a requested name contains an arrow. */
const NAME = 't'.charCodeAt(0);

const TYPE_MASK = 0o170000;
const OTHERS: ReadonlyMap<number, string> = new Map([
  [0o140000, 'a socket'],
  [0o060000, 'a block device'],
  [0o020000, 'a character device'],
  [0o010000, 'a named pipe'],
]);

/** Returns the words for a type of file, as its bits say it, that is neither a regular file, a directory nor a link. */
export function otherTypeOf(bits: number): string {
  return OTHERS.get(bits) ?? 'something else';
}

interface Stat {
  readonly state: RegularFile | Directory | OtherFile | (Attributes & { readonly type: 'link' });
  readonly name: string;
}

/** The number of fields of a `stat` before the name. */
const FIELDS = 8;

function decodeStat(record: Buffer): Stat {
  return decodeFields(withoutNewline(record.toString('utf8')));
}

function decodeFields(record: string): Stat {
  const fields = record.split('\t');
  const [raw = '', uid, gid, owner, group, size, mtime, identity] = fields;
  const bits = Number.parseInt(raw, 16);
  const attributes = {
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner,
    group,
    mtime: Number(mtime),
    identity,
  };
  const name = fields.length === FIELDS + 1 ? (fields[FIELDS] ?? '') : fields.slice(FIELDS).join('\t');
  return { state: typed(bits & TYPE_MASK, attributes, Number(size)), name };
}

function typed(type: number, attributes: Attributes, size: number): Stat['state'] {
  switch (type) {
    case 0o100000:
      return { type: 'file', ...attributes, size, sha256: undefined, content: undefined };
    case 0o040000:
      return { type: 'directory', ...attributes };
    case 0o120000:
      return { type: 'link', ...attributes };
    default:
      return { type: 'other', ...attributes, what: otherTypeOf(type) };
  }
}

/** Returns the target in `name -> target` for a known name. busybox puts each of the two in quotes. */
function targetIn(text: string, name: string): string {
  const bare = `${name} -> `;
  return text.startsWith(bare) ? text.slice(bare.length) : unquoted(text.slice(`'${name}' -> `.length));
}

/** Splits `name -> target`. busybox puts each of the two in quotes. No requested name contains an arrow itself. */
function splitLink(
  text: string,
  ids: ReadonlySet<string>,
): { readonly id: string; readonly target: string } | undefined {
  for (let arrow = text.indexOf(' -> '); arrow !== -1; arrow = text.indexOf(' -> ', arrow + 1)) {
    const name = text.slice(0, arrow);
    const target = text.slice(arrow + 4);
    if (ids.has(name)) return { id: name, target };
    if (ids.has(unquoted(name))) return { id: unquoted(name), target: unquoted(target) };
  }
  return undefined;
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1) : text;
}

function withoutNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function indexed(piece: Buffer): [number, Buffer] {
  const colon = piece.indexOf(0x3a);
  return [Number(piece.subarray(0, colon).toString('latin1')), piece.subarray(colon + 1)];
}
