import { dirname, resolve } from 'node:path';
import { statusOf } from '../values/look-at-once.ts';

/**
 * Returns the folder of a source of an inventory: the folder itself, or the one that contains the file; for a list such
 * as `host1,host2,` the working folder.
 */
export function sourceDirectory(source: string | undefined): string {
  const status = source === undefined ? undefined : statusOf(source);
  if (source === undefined || status === undefined) return resolve('.');
  return resolve(status.isDirectory() ? source : dirname(source));
}
