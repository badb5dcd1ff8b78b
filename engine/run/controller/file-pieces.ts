import { open, type FileHandle } from 'node:fs/promises';

/** Size of a chunk in bytes. */
const PIECE = 1024 * 1024;

/**
 * Yields the content of a file in chunks, and reads the next chunk while one is used. Two buffers are used in
 * alternation: a chunk is overwritten after the next one was delivered. New buffers would be more garbage than
 * everything else in a run.
 */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path);
  let next: Promise<Uint8Array> | undefined;
  try {
    let [reading, free] = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)];
    next = read(file, reading);
    for (;;) {
      const piece = await next;
      if (piece.length === 0) return;
      [reading, free] = [free, reading];
      next = read(file, reading);
      yield piece;
    }
  } finally {
    await next?.catch(() => {});
    await file.close();
  }
}

async function read(file: FileHandle, into: Buffer): Promise<Uint8Array> {
  const { bytesRead } = await file.read(into, 0, into.length);
  return into.subarray(0, bytesRead);
}
