import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../errors/problem.ts';

// Whatever names a file of the controller may name a pipe that nobody writes to, or a device without end. A pipe may be
// meant: `-e @<(sops -d …)`.

/** Bytes. Ten times what is read as YAML, as encrypted files are longer than what they hold. */
export const MOST_READ = 64 * 1024 * 1024;
/** Of what is kept in memory to be encrypted, decrypted or brought by a template. Bytes. */
export const MOST_SEALED = 256 * 1024 * 1024;

const PIECE = 64 * 1024;
/** Between two looks at a pipe. In milliseconds. */
const MOMENT_MS = 20;
const NOT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The bytes of a file. What is on the disk is read at once; of a pipe, what comes until its end. It is asked again and
 * again whether there is something: a thread that waits in the system would keep the program from ending, and a loop
 * Ctrl-C from being seen. Throws Problem `file-too-large` for more than `most` bytes, and what the system says.
 */
export async function readWhole(path: string, most = MOST_READ): Promise<Buffer> {
  if (!statSync(path).isFIFO()) return readAtOnce(path, most);
  // One that has a name may be opened before its writer.
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

/** The links of /proc say what they lead to, and lead nowhere by that name. */
function realNameOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    return error instanceof Error && 'path' in error ? String(error.path) : path;
  }
}

/** The same, of what is there now: a pipe is never waited for, and has nothing in it where nobody has written. */
export function readAtOnce(path: string, most = MOST_READ): Buffer {
  const descriptor = openSync(path, NOT_WAITING);
  try {
    const status = fstatSync(descriptor);
    if (status.isFile() && status.size > most) throw tooLarge(path, `${status.size}`, most);
    // Files of /proc say that they are empty.
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

/** How many bytes; 0 at the end, or where a pipe has no writer; undefined where nothing has been written yet. */
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
