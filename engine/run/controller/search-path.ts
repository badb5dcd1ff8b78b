import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Place } from '../../errors/problem.ts';
import type { Scope } from '../../values/base/value.ts';

/** The folders of a role in which names of tasks are looked up. */
export type SearchedFolder = 'files' | 'templates' | 'vars';

/** A name that a task gives, and where it is looked up. */
export interface Searched {
  readonly name: string;
  readonly searchPath: readonly string[];
  /** Where the task names it. */
  readonly place: Place;
}

/**
 * Returns the possible paths of a file or folder of the controller, in the order of the search: for each folder of the
 * search path, first the path below its subfolder `folder`, then the path in the folder itself.
 */
export function candidates(name: string, folder: SearchedFolder, searchPath: readonly string[]): readonly string[] {
  if (isAbsolute(name)) return [name];
  if (name.startsWith('~/')) return [join(homedir(), name.slice(2))];
  return searchPath.flatMap((directory) => [join(directory, folder, name), join(directory, name)]);
}

/** Returns the absolute path of a file that is written. A relative name is below the folder of the playbook. */
export function besidePlaybook(name: string, searchPath: readonly string[]): string {
  return name.startsWith('~/') ? join(homedir(), name.slice(2)) : resolve(searchPath.at(-1) ?? '.', name);
}

/** Returns the name of the host that a task is for. */
export function hostIn(scope: Scope): string {
  const name = scope.lookup('inventory_hostname');
  return typeof name === 'string' ? name : '';
}

/** Returns a path without slashes at its end. */
export function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/(?<!\/)\/+$/, '') : path;
}
