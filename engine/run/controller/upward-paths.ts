import { posix } from 'node:path';

/** Returns the path and all folders above it, except the root. */
export function upwards(path: string): readonly string[] {
  const paths: string[] = [];
  for (let at = folderless(path); at !== '/' && at !== '.'; at = posix.dirname(at)) paths.push(at);
  return paths;
}

/** Normalizes a path without looking at the disk: no slash at its end. */
export function folderless(path: string): string {
  const plain = posix.normalize(path);
  return plain.endsWith('/') && plain !== '/' ? plain.slice(0, -1) : plain;
}
