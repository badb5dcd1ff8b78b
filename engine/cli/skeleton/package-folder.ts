import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Skeleton } from './role-skeleton.ts';

/** Files that only the sources have: hosts of the lab, and files that npm leaves out of packages. */
const OF_THE_SOURCES = /^inventory\/(?:group_vars\/)?lab|\/\.gitignore$/;

/** Returns the folder of this package. An installed package has its bundle in `dist`. */
export function packageFolder(from = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'roles')) && existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`There is no package above ${from}`);
  }
}

/** The roles, playbooks and inventory of a Kubernetes control plane, as this package has them. */
export async function kubernetesSkeleton(): Promise<Skeleton> {
  const root = packageFolder();
  const names = await Promise.all(['inventory', 'playbooks', 'roles'].map((folder) => filesBelow(root, folder)));
  const files = names.flat().filter((name) => !OF_THE_SOURCES.test(name));
  return new Map(
    await Promise.all(files.map(async (name) => [name, await readFile(join(root, name), 'utf8')] as const)),
  );
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}
