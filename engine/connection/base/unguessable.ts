import { randomFillSync } from 'node:crypto';

/**
 * To ask the system for random bytes costs more than all else that is done for a marker: it is asked for many at once.
 */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** So many random bytes, at most 64, as hexadecimal digits: what a host cannot know when it writes its answer. */
export function unguessable(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const digits = pool.toString('hex', used, used + bytes);
  used += bytes;
  return digits;
}
