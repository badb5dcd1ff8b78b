import { readdirSync, statSync, type Stats } from 'node:fs';

// Files that are read before the first connection are on the local disk. A synchronous read is faster than waiting for
// another thread.

/** Returns the status of the file at a path; undefined if there is none, or if it cannot be read. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Returns the names in a folder; empty if the folder does not exist or cannot be read. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
