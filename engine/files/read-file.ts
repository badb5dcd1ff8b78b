import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../errors/problem.ts';

// A name of a file may lead to a pipe that nobody writes to, or to a device without end. A pipe may be intended: `-e
// @<(sops -d …)`.

/** Default limit in bytes. Far above the limit for YAML, because encrypted files are longer than their content. */
export const MOST_READ = 64 * 1024 * 1024;
/**
 * Limit in bytes for files that are kept in memory, such as files to encrypt or decrypt, templates and records of runs.
 */
export const MOST_SEALED = 256 * 1024 * 1024;

const PIECE = 64 * 1024;
/** Time between two reads of an empty pipe. Milliseconds. */
const MOMENT_MS = 20;
const NOT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads a file. A pipe is read to its end, in short waits: a blocking read would keep the program from ending, and a
 * loop without waits would block Ctrl-C. Throws Problem `file-too-large` above `most` bytes, and the system error if
 * the file cannot be read.
 */
export async function readWhole(path: string, most = MOST_READ): Promise<Buffer> {
  if (!statSync(path).isFIFO()) return readAtOnce(path, most);
  // A named pipe may be opened before its writer opens it.
  const isNamed = !basename(realNameOf(path)).startsWith('pipe:');
  const descriptor = openSync(path, NOT_WAITING);
  try {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE);
      const read = readNow(descriptor, piece);
      if (read === 0 && (bytes > 0 || !isNamed)) return Buffer.concat(pieces);
      if (read === undefined || read === 0) await sleep(MOMENT_MS);
      else {
        pieces.push(piece.subarray(0, read));
        bytes += read;
        if (bytes > most) throw tooLarge(path, `more than ${most}`, most);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Returns the path without links. Links in /proc to pipes name something that does not exist: its name is returned. */
function realNameOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    return error instanceof Error && 'path' in error ? String(error.path) : path;
  }
}

/** Reads a file as `readWhole` does, but never waits for a pipe: without written data, a pipe is empty. */
export function readAtOnce(path: string, most = MOST_READ): Buffer {
  const descriptor = openSync(path, NOT_WAITING);
  try {
    const status = fstatSync(descriptor);
    if (status.isFile() && status.size > most) throw tooLarge(path, `${status.size}`, most);
    // Files in /proc report a size of 0.
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(bytes === 0 ? Math.max(status.size + 1, PIECE) : PIECE);
      const read = readNow(descriptor, piece) ?? 0;
      if (read === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, read));
      bytes += read;
      if (bytes > most) throw tooLarge(path, `more than ${most}`, most);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Returns the number of bytes read; 0 at the end, or if a pipe has no writer; undefined if a pipe has no data yet. */
function readNow(descriptor: number, piece: Buffer): number | undefined {
  try {
    return readSync(descriptor, piece);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

function tooLarge(path: string, bytes: string, most: number): Problem {
  return new Problem({
    code: 'file-too-large',
    what: `${path} is too large to be read: it has ${bytes} bytes, at most ${most} are read`,
    remedy: 'Correct the path, or split the file.',
  });
}
