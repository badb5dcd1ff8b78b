import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** The maximal number of characters of a name that are repeated: names of files are limited to 255 bytes. */
const REPEATED = 50;

/**
 * Returns a temporary path for a new content of `path`, which is renamed to `path` when it is complete. The temporary
 * path is in the same folder, is hidden, and cannot be guessed.
 */
export function nameBeside(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, REPEATED)}.${randomBytes(6).toString('hex')}.new`);
}
