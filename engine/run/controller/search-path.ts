import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The folders of a role in which names of tasks are looked up. */
export type SearchedFolder = 'files' | 'templates' | 'vars';

/**
 * Returns the paths at which a file or folder of the controller may lie, in their order: below `folder` of each folder
 * of the search path, and in that folder itself.
 */
export function candidates(name: string, folder: SearchedFolder, searchPath: readonly string[]): readonly string[] {
  if (isAbsolute(name)) return [name];
  if (name.startsWith('~/')) return [join(homedir(), name.slice(2))];
  return searchPath.flatMap((directory) => [join(directory, folder, name), join(directory, name)]);
}
