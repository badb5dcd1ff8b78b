import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseKnownHosts } from './known-hosts.ts';
import type { KnownHost } from './known-hosts.ts';

/** Read once in a process: a thousand hosts share the same files. */
const read = new Map<string, Promise<readonly KnownHost[]>>();
let lastAppend: Promise<void> = Promise.resolve();

/** The entries of all the files; those that are not there have none. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  return (await Promise.all(files.map(readOne))).flat();
}

function readOne(file: string): Promise<readonly KnownHost[]> {
  let entries = read.get(file);
  if (entries === undefined) {
    entries = readFile(file, 'utf8').then(
      (text) => parseKnownHosts(text, file),
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
        throw error;
      },
    );
    read.set(file, entries);
  }
  return entries;
}

/** Forgets what was read, so that a file changed by another program is seen. */
export function forgetKnownHosts(files: readonly string[]): void {
  for (const file of files) read.delete(file);
}

/** Adds a host's key as one line in one write, so that two runs at once cannot tear each other's lines. */
export function appendKnownHost(file: string, name: string, keyType: string, key: string): Promise<void> {
  const append = lastAppend.then(async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const separator = (await endsInNewline(file)) ? '' : '\n';
    await appendFile(file, `${separator}${name} ${keyType} ${key}\n`, { mode: 0o600 });
    read.delete(file);
  });
  lastAppend = append.catch(() => {});
  return append;
}

async function endsInNewline(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size === 0) return true;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } catch {
    return true;
  }
}
