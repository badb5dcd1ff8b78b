import type { Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { endOf } from '../../resources/file/file-state.ts';

/** Returns whether a directory is at the path, or a link to one. The caller has observed the path as `target`. */
export function isDirectoryAt(path: string, seen: Seen): boolean {
  const state = seen.of(file(path, 'target'));
  return endOf(state)?.type === 'directory';
}

/** Returns the path of a file in a directory, with the name of its source. */
export function intoDirectory(directory: string, source: string): string {
  const name = source.slice(source.lastIndexOf('/') + 1);
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** Returns the path without one slash at its end. `/` stays. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
