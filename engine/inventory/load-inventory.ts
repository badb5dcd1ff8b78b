import { resolve } from 'node:path';
import { type ControllerAccess, FULL_ACCESS } from '../values/controller-access.ts';
import { Vault } from '../vault/vault.ts';
import { assembleInventory } from './assemble-inventory.ts';
import type { Inventory } from './inventory.ts';
import { RawInventory } from './raw-inventory.ts';
import { readSource } from './read-source.ts';
import { VariableFolders } from './variable-folders.ts';

/**
 * Reads inventory files, folders of them, executables, and lists such as `host1,host2,`, in the given order; later
 * sources have priority. `group_vars/` and `host_vars/` are read beside each source and in `variableFolders` (the
 * playbook's folder), which have priority. Throws Problems with all mistakes in all files.
 */
export async function loadInventory(
  sources: readonly string[],
  variableFolders: readonly string[] = [],
  vault: Vault = new Vault([]),
  access: FileAccess = { inventory: FULL_ACCESS, playbook: FULL_ACCESS },
): Promise<Inventory> {
  const raw = new RawInventory();
  const beside: string[] = [];
  for (const source of sources) {
    const folder = await readSource(source, raw, vault, access.inventory);
    if (folder !== undefined) beside.push(folder);
  }
  const playbookFolders = lastOfEach(variableFolders.map((folder) => resolve(folder)));
  const accessIn = (folder: string): ControllerAccess =>
    playbookFolders.includes(folder) ? access.playbook : access.inventory;
  const files = new VariableFolders(vault, (error) => raw.reportError(error), accessIn);
  const inventoryFolders = lastOfEach(beside).filter((folder) => !playbookFolders.includes(folder));
  return assembleInventory(raw, sources, { inventory: inventoryFolders, playbook: playbookFolders }, files);
}

/**
 * Permissions to read variable files: those beside the inventory, and those beside the playbook. For programs, the
 * permission of the inventory counts.
 */
export interface FileAccess {
  readonly inventory: ControllerAccess;
  readonly playbook: ControllerAccess;
}

/** Removes duplicates of folders. The last one of each is kept, because it has the highest priority. */
function lastOfEach(folders: readonly string[]): readonly string[] {
  return folders.filter((folder, index) => folders.lastIndexOf(folder) === index);
}
