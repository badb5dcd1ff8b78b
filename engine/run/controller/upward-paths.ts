import { posix } from 'node:path';

/** The path and the folders above it, but for the root. */
export function upwards(path: string): readonly string[] {
  const paths: string[] = [];
  for (let at = folderless(path); at !== '/' && at !== '.'; at = posix.dirname(at)) paths.push(at);
  return paths;
}

/** As plain as it gets without looking, and without a slash at its end. */
export function folderless(path: string): string {
  const plain = posix.normalize(path);
  return plain.endsWith('/') && plain !== '/' ? plain.slice(0, -1) : plain;
}
