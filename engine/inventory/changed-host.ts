import type { Layer } from '../values/scope.ts';
import { type Folders, type GroupLayers, hostLayer, ownVariables } from './group-layers.ts';
import type { Host, HostChange } from './inventory.ts';
import { LOCALHOST } from './localhost.ts';
import type { RawInventory } from './raw-inventory.ts';
import type { VariableFolders } from './variable-folders.ts';

/** The parts of an inventory that tell the groups and variables of a further host. */
export interface InventoryParts {
  readonly raw: RawInventory;
  readonly layers: GroupLayers;
  readonly depth: ReadonlyMap<string, number>;
  readonly folders: Folders;
  readonly files: VariableFolders;
  readonly localhost: Host;
  readonly directory: string;
}

/**
 * Returns a host as the inventory would have it with the change: with all groups above those that it has joined, with
 * the group_vars and host_vars of files, and with the variables of the change in the place of those that the inventory
 * itself gives to the host. The inventory stays as it is. Rejects with Problems if a file cannot be read.
 */
export async function changedHost(parts: InventoryParts, change: HostChange): Promise<Host> {
  const { raw, layers, folders, files } = parts;
  const groups = groupsWith(raw, change);
  for (const group of groups) await layers.read(group);
  const origin = 'add_host';
  const added: readonly Layer[] =
    change.variables.size === 0 ? [] : [{ level: 'host_vars', origin, variables: change.variables }];
  const known = raw.hosts.get(change.name);
  const implicit = known === undefined && change.name === LOCALHOST ? parts.localhost.layers.filter(isOfRunbook) : [];
  const own = (await ownVariables(change.name, folders, files)).map(hostLayer);
  raw.throwIfAny();
  return {
    name: change.name,
    groups,
    directory: known?.directory ?? parts.directory,
    layers: [
      ...layers.of(groups, depthWith(parts.depth, change)),
      ...implicit,
      ...(known?.variables ?? []).map(hostLayer),
      ...added,
      ...own,
    ],
  };
}

/** The implicit localhost is reached without SSH. */
function isOfRunbook({ origin }: Layer): boolean {
  return origin === 'runbook';
}

/** Returns all groups of the host, sorted by name. A host of another group is not in `ungrouped`. */
function groupsWith(raw: RawInventory, { name, groups }: HostChange): readonly string[] {
  const own = [...raw.groups].filter(([group, { hosts }]) => group !== 'ungrouped' && hosts.has(name));
  const found = new Set(['all', ...own.map(([group]) => group), ...groups.keys(), ...[...groups.values()].flat()]);
  // A set is iterated in the order of insertion, including members that are added meanwhile.
  for (const group of found)
    for (const [parent, { children }] of raw.groups) if (children.has(group)) found.add(parent);
  if (found.size > 1) found.delete('ungrouped');
  else found.add('ungrouped');
  return [...found].toSorted();
}

function depthWith(depth: ReadonlyMap<string, number>, { groups }: HostChange): ReadonlyMap<string, number> {
  if ([...groups.keys()].every((group) => depth.has(group))) return depth;
  const all = new Map(depth);
  for (const [group, parents] of groups)
    if (!depth.has(group)) all.set(group, 1 + Math.max(0, ...parents.map((parent) => all.get(parent) ?? 0)));
  return all;
}
