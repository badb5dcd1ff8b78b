import type { Member } from '../../resources/archive/archive-member.ts';

const BLOCK = 512;
/**
 * Limits for the number of members and for the bytes of one name: one look reports the whole archive in one answer.
 */
export const MOST_MEMBERS = 50_000;
const MOST_HEADER_BYTES = 1024 * 1024;

/** The reason why an archive cannot be read, as a message. */
export class BrokenArchive extends Error {}

/**
 * Reads the members of a tar archive from its pieces. Names and targets of links are as in the archive. Throws
 * BrokenArchive.
 */
export async function readTar(pieces: AsyncIterable<Uint8Array>): Promise<readonly Member[]> {
  const reader = new Reader(pieces);
  const members: Member[] = [];
  let ahead: Ahead = { wide: {}, next: {} };
  for (let isFirst = true; ; isFirst = false) {
    const header = await readHeader(reader, isFirst);
    if (header === undefined) break;
    const record = await readRecord(reader, header, ahead);
    if (record !== undefined) {
      ahead = record;
      continue;
    }
    members.push(await readMember(reader, header, { ...ahead.wide, ...ahead.next }));
    if (members.length > MOST_MEMBERS) throw new BrokenArchive(`it holds more than ${MOST_MEMBERS} members`);
    ahead = { ...ahead, next: {} };
  }
  await reader.drain();
  return members;
}

/** Reads the next header; undefined at the end of the archive. */
async function readHeader(reader: Reader, isFirst: boolean): Promise<Buffer | undefined> {
  const header = await reader.take(BLOCK);
  if (header === undefined && isFirst) throw new BrokenArchive('it is empty');
  if (header === undefined || header.every((byte) => byte === 0)) return undefined;
  if (!hasRightSum(header)) throw new BrokenArchive(isFirst ? 'it is no archive of tar or zip' : 'it is damaged');
  return header;
}

/** Fields from records before a member: `wide` for all members that follow, `next` for the next member only. */
interface Ahead {
  readonly wide: Fields;
  readonly next: Fields;
}

/** Reads a record that is not a member, and adds its fields; undefined if the header belongs to a member. */
async function readRecord(reader: Reader, header: Buffer, { wide, next }: Ahead): Promise<Ahead | undefined> {
  const size = numberAt(header, 124, 12);
  switch (typeOf(header)) {
    case 'L':
      return { wide, next: { ...next, path: textOf(await reader.data(size)) } };
    case 'K':
      return { wide, next: { ...next, linkpath: textOf(await reader.data(size)) } };
    case 'x':
      return { wide, next: { ...next, ...paxFields(await reader.data(size)) } };
    case 'g':
      return { wide: { ...wide, ...paxFields(await reader.data(size)) }, next };
    case 'V':
    case 'M':
    case 'D':
      await reader.skip(size);
      return { wide, next: {} };
    default:
      return undefined;
  }
}

async function readMember(reader: Reader, header: Buffer, fields: Fields): Promise<Member> {
  const type = typeOf(header);
  const size = fields['size'] === undefined ? numberAt(header, 124, 12) : Number(fields['size']);
  if (type === 'S') await skipSparseHeaders(reader, header);
  if (!'123456'.includes(type)) await reader.skip(size);
  return memberOf(header, size, fields);
}

function typeOf(header: Buffer): string {
  return String.fromCharCode(header[156] ?? 0);
}

type Fields = Readonly<Record<string, string>>;

function memberOf(header: Buffer, size: number, fields: Fields): Member {
  const text = (key: string, at: number, length: number): string => fields[key] ?? textAt(header, at, length);
  const number = (key: string, at: number, length: number): number =>
    Number(fields[key] ?? numberAt(header, at, length));
  const name = nameIn(header, fields);
  const kind = kindOf(typeOf(header), name);
  return {
    name,
    type: kind,
    size: kind === 'file' ? realSize(header, size, fields) : undefined,
    mode: numberAt(header, 100, 8) & 0o7777,
    owner: orNone(text('uname', 265, 32)),
    uid: number('uid', 108, 8),
    group: orNone(text('gname', 297, 32)),
    gid: number('gid', 116, 8),
    modified: { kind: 'seconds', seconds: Math.floor(number('mtime', 136, 12)) },
    target: kind === 'link' || kind === 'hard_link' ? text('linkpath', 157, 100) : undefined,
  };
}

function nameIn(header: Buffer, fields: Fields): string {
  const long = fields['GNU.sparse.name'] ?? fields['path'];
  if (long !== undefined) return long;
  const hasPrefix = header.subarray(257, 262).toString('latin1') === 'ustar' && header[262] === 0;
  const prefix = hasPrefix ? textAt(header, 345, 155) : '';
  const plain = textAt(header, 0, 100);
  return prefix === '' ? plain : `${prefix}/${plain}`;
}

function kindOf(type: string, name: string): Member['type'] {
  if (!PLAIN_FILES.has(type)) return TYPES[type] ?? 'other';
  return name.endsWith('/') ? 'directory' : 'file';
}

/** Returns the size of the unpacked file. It is larger than the stored size if the file is sparse. */
function realSize(header: Buffer, stored: number, fields: Fields): number {
  const size = fields['GNU.sparse.realsize'] ?? fields['GNU.sparse.size'];
  if (size !== undefined) return Number(size);
  return typeOf(header) === 'S' ? numberAt(header, 483, 12) : stored;
}

/** Types of regular files: new, old, contiguous, sparse. */
const PLAIN_FILES: ReadonlySet<string> = new Set(['0', '\0', '7', 'S']);

const TYPES: Readonly<Record<string, Member['type']>> = { '1': 'hard_link', '2': 'link', '5': 'directory' };

function orNone(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Checks the sum of the bytes of the header. The field of the sum itself counts as spaces. */
function hasRightSum(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum === numberAt(header, 148, 8);
}

/** Reads a number: octal digits, or binary if the first bit is set. */
function numberAt(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first === 0xff ? -1 : first & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return value;
  }
  const digits = /^[ \0]*([0-7]+)/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 8);
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return utf8(end === -1 ? field : field.subarray(0, end));
}

function textOf(data: Buffer): string {
  const end = data.indexOf(0);
  return utf8(end === -1 ? data : data.subarray(0, end));
}

/** Decodes a name in an archive. Throws BrokenArchive if its bytes are not UTF-8. */
export function utf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes))
    throw new BrokenArchive(`it holds a name that is not UTF-8: ${JSON.stringify(text)}`);
  return text;
}

/** Reads the fields from records of the form `LENGTH KEY=VALUE\n`. */
function paxFields(data: Buffer): Fields {
  const fields: Record<string, string> = {};
  for (let at = 0; at < data.length;) {
    const blank = data.indexOf(0x20, at);
    const length = Number(data.subarray(at, Math.max(blank, at)).toString('latin1'));
    if (blank === -1 || !Number.isInteger(length) || length <= 0) break;
    const record = data.subarray(blank + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals > 0) {
      const key = record.subarray(0, equals).toString('latin1');
      if (PAX_FIELDS.has(key)) fields[key] = utf8(record.subarray(equals + 1));
    }
    at += length;
  }
  return fields;
}

const PAX_FIELDS: ReadonlySet<string> = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'uname',
  'gname',
  'mtime',
  'GNU.sparse.name',
  'GNU.sparse.realsize',
  'GNU.sparse.size',
]);

/** Skips the further blocks of the map of a sparse file. */
async function skipSparseHeaders(reader: Reader, header: Buffer): Promise<void> {
  for (let more = header[482] !== 0; more;) {
    const block = await reader.take(BLOCK);
    if (block === undefined) throw new BrokenArchive('it ends early');
    more = block[504] !== 0;
  }
}

class Reader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Takes this number of bytes; undefined at the end. */
  async take(length: number): Promise<Buffer | undefined> {
    while (this.#buffer.length < length) {
      const piece = await this.#pieces.next();
      if (piece.done === true) {
        if (this.#buffer.length === 0) return undefined;
        throw new BrokenArchive('it ends early');
      }
      this.#buffer = this.#buffer.length === 0 ? Buffer.from(piece.value) : Buffer.concat([this.#buffer, piece.value]);
    }
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Takes the data of a header, such as a long name. */
  async data(size: number): Promise<Buffer> {
    if (size > MOST_HEADER_BYTES) throw new BrokenArchive('it is damaged');
    const data = await this.take(padded(size));
    if (data === undefined) throw new BrokenArchive('it ends early');
    return data.subarray(0, size);
  }

  /** Reads to the end, so that a program that unpacks the archive can report whether it was complete. */
  async drain(): Promise<void> {
    while ((await this.#pieces.next()).done !== true);
  }

  async skip(size: number): Promise<void> {
    let left = padded(size);
    while (left > this.#buffer.length) {
      left -= this.#buffer.length;
      const piece = await this.#pieces.next();
      if (piece.done === true) throw new BrokenArchive('it ends early');
      this.#buffer = Buffer.from(piece.value);
    }
    this.#buffer = this.#buffer.subarray(left);
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
