import { randomFillSync } from 'node:crypto';

/**
 * Asking the system for random bytes costs more than the rest of making a marker, so bytes for many markers are fetched
 * together.
 */
const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * Returns `bytes` random bytes, at most 64, as hexadecimal digits: a text that a host cannot know when it writes its
 * answer.
 */
export function unguessable(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const digits = pool.toString('hex', used, used + bytes);
  used += bytes;
  return digits;
}
