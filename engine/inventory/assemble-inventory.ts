import { Problem } from '../errors/problem.ts';
import { changedHost } from './changed-host.ts';
import { type Folders, GroupLayers, hostLayer, ownVariables } from './group-layers.ts';
import type { Group, Host, Inventory } from './inventory.ts';
import { implicitLocalhost, LOCALHOST } from './localhost.ts';
import type { RawInventory } from './raw-inventory.ts';
import { sourceDirectory } from './source-directory.ts';
import type { VariableFolders } from './variable-folders.ts';

/**
 * Assembles hosts and groups by Ansible's rules: every group is below `all`, and a host of no other group is in
 * `ungrouped`. The order of variables, from low to high: inventory variables of `all`, those of groups by depth,
 * priority and name, group_vars of `all`, group_vars of groups, variables of the host itself. Throws Problems,
 * including those that were reported while the sources were read.
 */
export async function assembleInventory(
  raw: RawInventory,
  sources: readonly string[],
  folders: Folders,
  files: VariableFolders,
): Promise<Inventory> {
  completeGroups(raw);
  const groups = new Map<string, Group>();
  for (const [name, group] of raw.groups)
    groups.set(name, { name, children: [...group.children], ownHosts: [...group.hosts], hosts: hostsUnder(raw, name) });

  const groupsOf = new Map<string, string[]>();
  for (const group of groups.values()) {
    for (const host of group.hosts) {
      const names = groupsOf.get(host);
      if (names === undefined) groupsOf.set(host, [group.name]);
      else names.push(group.name);
    }
  }
  const layers = new GroupLayers(raw, folders, files);
  for (const name of raw.groups.keys()) await layers.read(name);
  const depth = depths(raw);
  const hosts = new Map<string, Host>();
  for (const name of groups.get('all')?.hosts ?? []) {
    const mine = groupsOf.get(name) ?? [];
    const own = [...(raw.hosts.get(name)?.variables ?? []), ...(await ownVariables(name, folders, files))];
    hosts.set(name, {
      name,
      groups: mine.toSorted(),
      directory: raw.host(name).directory,
      layers: [...layers.of(mine, depth), ...own.map(hostLayer)],
    });
  }
  const directory = sourceDirectory(sources[0]);
  const localhost =
    hosts.get(LOCALHOST) ??
    implicitLocalhost(directory, layers.of([], depth), (await ownVariables(LOCALHOST, folders, files)).map(hostLayer));
  raw.throwIfAny();
  const parts = { raw, layers, depth, folders, files, localhost, directory };
  return { sources, directory, hosts, localhost, groups, changed: (change) => changedHost(parts, change) };
}

/** Puts every group below `all`, and every host into a group. */
function completeGroups(raw: RawInventory): void {
  for (const group of raw.groups.values()) for (const child of group.children) raw.group(child);
  const children = new Set<string>();
  for (const group of raw.groups.values()) for (const child of group.children) children.add(child);
  const all = raw.group('all');
  for (const name of raw.groups.keys()) if (name !== 'all' && !children.has(name)) all.children.add(name);
  const ungrouped = raw.group('ungrouped');
  const grouped = new Set<string>();
  for (const [name, group] of raw.groups)
    if (name !== 'all' && name !== 'ungrouped') group.hosts.forEach((host) => grouped.add(host));
  for (const host of ungrouped.hosts) if (grouped.has(host)) ungrouped.hosts.delete(host);
  for (const host of raw.hosts.keys()) if (!grouped.has(host)) ungrouped.hosts.add(host);
}

/**
 * Returns the depth of each group below `all`: the longest path counts, so that a child is always deeper than its
 * parents. A cycle is reported.
 */
function depths(raw: RawInventory): ReadonlyMap<string, number> {
  const depth = new Map<string, number>();
  for (const name of parentsFirst(raw)) {
    for (const child of raw.groups.get(name)?.children ?? [])
      depth.set(child, Math.max(depth.get(child) ?? 0, (depth.get(name) ?? 0) + 1));
  }
  return depth;
}

/** Returns all groups, each after all of its parents. */
function parentsFirst(raw: RawInventory): readonly string[] {
  const childrenFirst: string[] = [];
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (name: string): void => {
    if (open.has(name)) return raw.report(cycle([...open], name));
    if (done.has(name)) return;
    open.add(name);
    for (const child of raw.groups.get(name)?.children ?? []) visit(child);
    open.delete(name);
    done.add(name);
    childrenFirst.push(name);
  };
  for (const name of raw.groups.keys()) visit(name);
  return childrenFirst.toReversed();
}

function cycle(open: readonly string[], name: string): Problem {
  const chain = [...open.slice(open.indexOf(name)), name];
  return new Problem({
    code: 'group-cycle',
    what: `group ${name} is a child of itself`,
    why: chain.join(' > '),
    remedy: 'Remove one of these groups from the children of the other.',
  });
}

/** Returns the group's own hosts, then those of its children, level by level. */
function hostsUnder(raw: RawInventory, name: string): readonly string[] {
  const hosts = new Set<string>();
  const seen = new Set([name]);
  // A set is iterated in the order of insertion, including members that are added meanwhile.
  for (const group of seen) {
    for (const host of raw.groups.get(group)?.hosts ?? []) hosts.add(host);
    for (const child of raw.groups.get(group)?.children ?? []) seen.add(child);
  }
  return [...hosts];
}
