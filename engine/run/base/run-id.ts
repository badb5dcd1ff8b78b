import { randomBytes } from 'node:crypto';

/** Returns the id of a run: its time, and a random part, because two runs may begin in the same second. */
export function runIdAt(now: Date): string {
  return `${now.toISOString().replace(/[-:]/g, '').replace(/\..*/, '')}-${randomBytes(3).toString('hex')}`;
}
