import type { Layer } from '../values/scope.ts';
import type { GivenVariables, RawInventory } from './raw-inventory.ts';
import type { VariableFolders } from './variable-folders.ts';

/**
 * Folders that may contain group_vars/ and host_vars/: those beside the sources of the inventory, and the one beside
 * the playbook, which has priority.
 */
export interface Folders {
  readonly inventory: readonly string[];
  readonly playbook: readonly string[];
}

/** The variables of the groups. All hosts of a group share its layers. */
export class GroupLayers {
  readonly #raw: RawInventory;
  readonly #folders: Folders;
  readonly #files: VariableFolders;
  readonly #inline = new Map<string, readonly Layer[]>();
  readonly #inFolders = new Map<string, Map<string, readonly Layer[]>>();

  constructor(raw: RawInventory, folders: Folders, files: VariableFolders) {
    this.#raw = raw;
    this.#folders = folders;
    this.#files = files;
  }

  /** Reads the variables of one group, once. Mistakes in files are reported to the inventory. */
  async read(name: string): Promise<void> {
    if (this.#inline.has(name)) return;
    this.#inline.set(name, (this.#raw.groups.get(name)?.variables ?? []).map(groupLayer));
    for (const folder of [...this.#folders.inventory, ...this.#folders.playbook]) {
      const given = await this.#files.variables(folder, 'group_vars', name);
      if (given.length === 0) continue;
      const found = this.#inFolders.get(folder);
      if (found === undefined) this.#inFolders.set(folder, new Map([[name, given.map(groupLayer)]]));
      else found.set(name, given.map(groupLayer));
    }
  }

  /**
   * Returns the layers of a host in these groups, in the order of Ansible: first variables from the sources, then files;
   * in both, those of `all` first. `depth`: the depth of each group below `all`.
   */
  of(groups: readonly string[], depth: ReadonlyMap<string, number>): readonly Layer[] {
    const priority = (name: string): number => this.#raw.groups.get(name)?.priority ?? 1;
    const ranked = groups
      .filter((group) => group !== 'all')
      .toSorted(
        (one, other) =>
          (depth.get(one) ?? 0) - (depth.get(other) ?? 0) || priority(one) - priority(other) || (one < other ? -1 : 1),
      );
    const { inventory, playbook } = this.#folders;
    return [
      ...['all', ...ranked].flatMap((name) => this.#inline.get(name) ?? []),
      ...this.#from(inventory, ['all']),
      ...this.#from(playbook, ['all']),
      ...this.#from(inventory, ranked),
      ...this.#from(playbook, ranked),
    ];
  }

  #from(chosen: readonly string[], names: readonly string[]): readonly Layer[] {
    return chosen.flatMap((folder) => names.flatMap((name) => this.#inFolders.get(folder)?.get(name) ?? []));
  }
}

/** Reads the host_vars/ files of one host. */
export async function ownVariables(
  name: string,
  { inventory, playbook }: Folders,
  files: VariableFolders,
): Promise<readonly GivenVariables[]> {
  const own: GivenVariables[] = [];
  for (const folder of [...inventory, ...playbook]) own.push(...(await files.variables(folder, 'host_vars', name)));
  return own;
}

function groupLayer({ origin, variables }: GivenVariables): Layer {
  return { level: 'group_vars', origin, variables };
}

/** Makes a layer of variables of one host. */
export function hostLayer({ origin, variables }: GivenVariables): Layer {
  return { level: 'host_vars', origin, variables };
}
