import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readYaml } from '../values/yaml.ts';
import type { GivenVariables } from './raw-inventory.ts';
import { variablesOf } from './read-yaml-inventory.ts';

const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

/**
 * What `group_vars/` or `host_vars/` in a folder says of one name: the file NAME, NAME.yml, NAME.yaml or NAME.json, and
 * every such file in the folder NAME/, sorted. Low to high.
 */
export async function variablesIn(folder: string, kind: 'group_vars' | 'host_vars', name: string, listing: FolderListing): Promise<readonly GivenVariables[]> {
  const present = await listing.of(join(folder, kind));
  const given: GivenVariables[] = [];
  for (const extension of EXTENSIONS) {
    if (!present.has(`${name}${extension}`)) continue;
    for (const file of await filesOf(join(folder, kind, `${name}${extension}`))) given.push(await readVariables(file));
  }
  return given;
}

/** Lists each folder once, so that a thousand hosts do not cost four thousand looks. */
export class FolderListing {
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>();

  of(folder: string): Promise<ReadonlySet<string>> {
    let names = this.#known.get(folder);
    if (names === undefined) {
      names = readdir(folder).then(
        (found) => new Set(found),
        () => new Set<string>(),
      );
      this.#known.set(folder, names);
    }
    return names;
  }
}

async function filesOf(path: string): Promise<readonly string[]> {
  const status = await stat(path);
  if (!status.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => !name.startsWith('.') && !name.endsWith('~') && EXTENSIONS.includes(extname(name))).toSorted();
  const nested = await Promise.all(names.map((name) => filesOf(join(path, name))));
  return nested.flat();
}

async function readVariables(path: string): Promise<GivenVariables> {
  const [node] = readYaml(await readFile(path, 'utf8'), path);
  return { origin: path, variables: node === undefined ? new Map() : variablesOf(node, 'a file of variables must be a map of names and values') };
}
