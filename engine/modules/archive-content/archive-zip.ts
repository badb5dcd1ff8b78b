import type { FileHandle } from 'node:fs/promises';
import type { Member, Modified } from '../../resources/archive/archive-member.ts';
import { BrokenArchive, MOST_MEMBERS, utf8 } from './archive-tar.ts';

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
/** Maximal number of bytes of the end record, its comment and the locator before it. */
const END_BYTES = 22 + 0xffff + 20;
const MOST_DIRECTORY_BYTES = 64 * 1024 * 1024;

/**
 * Lists the members of a zip archive, from the directory at its end. `size` is the size of the file in bytes. Throws
 * BrokenArchive.
 */
export async function readZip(file: FileHandle, size: number): Promise<readonly Member[]> {
  const tail = await bytesAt(file, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end === -1 || tail.length < end + 22 || tail.readUInt32LE(end) !== END) throw new BrokenArchive('it ends early');
  let [length, offset] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (end >= 20 && tail.readUInt32LE(end - 20) === LOCATOR_64) {
    const wide = await bytesAt(file, Number(tail.readBigUInt64LE(end - 12)), 56);
    if (wide.readUInt32LE(0) !== END_64) throw new BrokenArchive('it is damaged');
    [length, offset] = [Number(wide.readBigUInt64LE(40)), Number(wide.readBigUInt64LE(48))];
  }
  if (length > MOST_DIRECTORY_BYTES || offset + length > size) throw new BrokenArchive('it is damaged');
  return membersOf(await bytesAt(file, offset, length));
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new BrokenArchive('it ends early');
  return buffer;
}

function membersOf(directory: Buffer): readonly Member[] {
  const found: Member[] = [];
  for (let at = 0; at < directory.length;) {
    if (directory.length < at + 46 || directory.readUInt32LE(at) !== ENTRY) throw new BrokenArchive('it is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const nameAt = at + 46;
    const extraAt = nameAt + (nameLength ?? 0);
    const next = extraAt + (extraLength ?? 0) + (commentLength ?? 0);
    if (directory.length < next) throw new BrokenArchive('it is damaged');
    const extra = directory.subarray(extraAt, extraAt + (extraLength ?? 0));
    found.push(memberOf(directory.subarray(at, nameAt), directory.subarray(nameAt, extraAt), extra));
    if (found.length > MOST_MEMBERS) throw new BrokenArchive(`it holds more than ${MOST_MEMBERS} members`);
    at = next;
  }
  return found;
}

const MADE_ON_UNIX = 3;
/** The flag of a member whose name is UTF-8, whatever system has made the archive. */
const NAME_IS_UTF8 = 0x800;

/** Throws BrokenArchive for a name that unzip would write in another way. `isUtf8`: its encoding is known. */
function refuseChanged(name: string, isUtf8: boolean): void {
  if (/\p{Cc}/u.test(name))
    throw new BrokenArchive(`it holds a name with a control character: ${JSON.stringify(name)}`);
  if (!isUtf8 && /[^\p{ASCII}]/u.test(name))
    throw new BrokenArchive(`it contains a name in an unknown encoding: ${JSON.stringify(name)}`);
}

function memberOf(entry: Buffer, nameBytes: Buffer, extra: Buffer): Member {
  if ((entry.readUInt16LE(8) & 1) !== 0) throw new BrokenArchive('it is encrypted');
  const madeOn = entry.readUInt8(5);
  const text = utf8(nameBytes);
  refuseChanged(text, madeOn === MADE_ON_UNIX || (entry.readUInt16LE(8) & NAME_IS_UTF8) !== 0);
  const name = madeOn === MADE_ON_UNIX || text.includes('/') ? text : text.replaceAll('\\', '/');
  const attributes = entry.readUInt32LE(38) >>> 16;
  const type = name.endsWith('/') ? 'directory' : madeOn !== MADE_ON_UNIX ? 'file' : typeOf(attributes & 0o170000);
  const size = entry.readUInt32LE(24);
  return {
    name,
    type,
    size: type === 'directory' ? undefined : size === 0xffffffff ? wideSize(extra) : size,
    mode: madeOn === MADE_ON_UNIX && attributes !== 0 ? attributes & 0o777 : undefined,
    owner: undefined,
    uid: undefined,
    group: undefined,
    gid: undefined,
    modified: modifiedOf(entry, extra),
    target: undefined,
  };
}

function typeOf(type: number): Member['type'] {
  if (type === 0o120000) return 'link';
  if (type === 0o040000) return 'directory';
  return type === 0 || type === 0o100000 ? 'file' : 'other';
}

/** Returns the first extra field with this id; undefined if there is none. */
function extraField(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  return undefined;
}

function wideSize(extra: Buffer): number | undefined {
  const field = extraField(extra, 0x0001);
  return field === undefined || field.length < 8 ? undefined : Number(field.readBigUInt64LE(0));
}

function modifiedOf(entry: Buffer, extra: Buffer): Modified {
  const stamp = extraField(extra, 0x5455);
  if (stamp !== undefined && stamp.length >= 5 && ((stamp[0] ?? 0) & 1) !== 0)
    return { kind: 'seconds', seconds: stamp.readInt32LE(1) };
  const [time, day] = [entry.readUInt16LE(12), entry.readUInt16LE(14)];
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${1980 + (day >> 9)}${two((day >> 5) & 15)}${two(day & 31)}`;
  return { kind: 'local', digits: `${date}.${two(time >> 11)}${two((time >> 5) & 63)}${two((time & 31) * 2)}` };
}
