import { readdirSync, statSync, type Stats } from 'node:fs';

// What the program reads before it connects to anything lies on its own disk: to wait for another thread takes longer
// than to look.

/** What stands at a path; undefined where nothing does, or nobody can tell. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What is in a folder; nothing where there is no folder, or none that can be read. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
