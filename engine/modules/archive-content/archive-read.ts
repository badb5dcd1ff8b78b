import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Member, dangerOf, tidyName } from '../../resources/archive/archive-member.ts';
import { BrokenArchive, readTar } from './archive-tar.ts';
import { readZip } from './archive-zip.ts';

/** The members of an archive on the controller. */
export interface ArchiveContent {
  readonly isZip: boolean;
  readonly members: readonly Member[];
}

const MAGICS: readonly (readonly [string, Packing])[] = [
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['4c5a4950', 'lzip'],
];
type Packing = 'zip' | 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'lzip' | 'none';

/**
 * Lists the members without unpacking them. Throws BrokenArchive if the archive cannot be read, or if a member would be
 * written outside the target folder. If the signal ends the reading, throws the reason of the signal.
 */
export async function readArchive(path: string, signal?: AbortSignal): Promise<ArchiveContent> {
  const content = await contentOf(path, signal);
  const danger = dangerOf(content.members.map((member) => ({ ...member, name: tidyName(member.name) })));
  if (danger !== undefined) throw new BrokenArchive(danger);
  return content;
}

async function contentOf(path: string, signal: AbortSignal | undefined): Promise<ArchiveContent> {
  const file = await open(path);
  let packing: Packing;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const magic = buffer.subarray(0, bytesRead).toString('hex');
    packing = MAGICS.find(([begin]) => magic.startsWith(begin))?.[1] ?? 'none';
    if (packing === 'zip') return { isZip: true, members: await readZip(file, (await file.stat()).size) };
  } finally {
    await file.close();
  }
  const source = createReadStream(path, { highWaterMark: 256 * 1024, ...(signal === undefined ? {} : { signal }) });
  try {
    return { isZip: false, members: await unpacked(source, packing) };
  } finally {
    source.destroy();
  }
}

async function unpacked(source: Readable, packing: Exclude<Packing, 'zip'>): Promise<readonly Member[]> {
  switch (packing) {
    case 'none':
      return readTar(source);
    case 'gzip':
      return through(source, createGunzip());
    case 'zstd':
      return through(source, createZstdDecompress());
    case 'bzip2':
    case 'xz':
    case 'lzip':
      return byProgram(source, packing);
  }
}

async function through(
  source: Readable,
  unpacking: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): Promise<readonly Member[]> {
  source.once('error', (error) => unpacking.destroy(error)).pipe(unpacking);
  try {
    return await readTar(unpacking);
  } catch (error) {
    if (error instanceof BrokenArchive) throw error;
    throw new BrokenArchive(`it is damaged: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    unpacking.destroy();
  }
}

/** Lists the members by a program, because Node cannot read bzip2, xz and lzip. */
async function byProgram(source: Readable, program: string): Promise<readonly Member[]> {
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new BrokenArchive(`it is packed by ${program}, which is not on the controller`)));
    child.once('close', resolve);
  });
  ended.catch(() => undefined);
  // The program may end before it has read everything. Its exit status shows whether this is an error.
  child.stdin.on('error', () => undefined);
  source.once('error', () => child.kill()).pipe(child.stdin);
  try {
    const [members, status] = await Promise.all([readTar(child.stdout), ended]);
    if (status !== 0) throw new BrokenArchive(`it is damaged: ${program} says so`);
    return members;
  } finally {
    child.kill();
  }
}
