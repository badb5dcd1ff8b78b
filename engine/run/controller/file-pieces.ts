import { open, type FileHandle } from 'node:fs/promises';

/** Bytes. */
const PIECE = 1024 * 1024;

/**
 * A file's bytes in order, the next piece being read while one is used. They are in two buffers in turn: a piece is
 * written over when another one comes after it. A new buffer for each would be more garbage than all else that a run
 * makes.
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
