import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../errors/problem.ts';
import type { Layer } from '../values/scope.ts';
import type { Group, Host, Inventory } from './inventory.ts';
import type { GivenVariables, RawInventory } from './raw-inventory.ts';
import { emptyInventory, rawGroup, rawHost } from './raw-inventory.ts';
import { expandRange } from './host-range.ts';
import { readYamlInventory } from './read-yaml-inventory.ts';
import { FolderListing, variablesIn } from './variable-folders.ts';

/** What a folder of inventories does not hold: other things that lie beside them. */
const IGNORED = /^(group_vars|host_vars)$|^\.|~$|\.(orig|bak|retry|pyc|cfg|md|txt|log|swp)$/;

/**
 * Reads inventory files, folders of them, and `host1,host2,` lists, in the order given.
 * `group_vars/` and `host_vars/` count beside each source and in `variableFolders` (the playbook's folder), which win.
 * Throws Problem or Problems with the place.
 */
export async function loadInventory(sources: readonly string[], variableFolders: readonly string[] = []): Promise<Inventory> {
  const raw = emptyInventory();
  const folders: string[] = [];
  for (const source of sources) await readSource(source, raw, folders);
  return assemble(raw, sources, [...new Set([...folders, ...variableFolders.map((folder) => resolve(folder))])]);
}

async function readSource(source: string, raw: RawInventory, folders: string[]): Promise<void> {
  if (source.includes(',')) {
    for (const name of source.split(',')) if (name.trim() !== '') for (const host of expandRange(name.trim(), undefined)) rawHost(raw, host);
    return;
  }
  const status = await stat(source).catch(() => undefined);
  if (status === undefined) {
    throw new Problem({ code: 'file-not-found', what: `there is no inventory ${source}`, remedy: 'Name a file, a folder, or hosts with a comma behind them ("web1,").' });
  }
  if (status.isDirectory()) {
    folders.push(resolve(source));
    for (const name of (await readdir(source)).toSorted()) if (!IGNORED.test(name)) await readFileSource(join(source, name), raw);
    return;
  }
  folders.push(dirname(resolve(source)));
  await readFileSource(source, raw);
}

async function readFileSource(path: string, raw: RawInventory): Promise<void> {
  readYamlInventory(await readFile(path, 'utf8'), path, raw);
}

async function assemble(raw: RawInventory, sources: readonly string[], folders: readonly string[]): Promise<Inventory> {
  const all = rawGroup(raw, 'all');
  for (const group of raw.groups.values()) for (const child of group.children) rawGroup(raw, child);
  for (const group of raw.groups.values()) for (const host of group.hosts) rawHost(raw, host);
  const children = new Set([...raw.groups.values()].flatMap((group) => [...group.children]));
  for (const name of raw.groups.keys()) if (name !== 'all' && !children.has(name)) all.children.add(name);
  const depth = depths(raw);
  const order = [...raw.hosts.keys()];
  const position = new Map(order.map((name, index) => [name, index]));
  const members = new Map<string, readonly string[]>();
  for (const name of raw.groups.keys()) {
    const hosts = name === 'all' ? order : [...hostsUnder(raw, name, new Set())].toSorted((one, other) => (position.get(one) ?? 0) - (position.get(other) ?? 0));
    members.set(name, hosts);
  }
  const groups = new Map<string, Group>();
  for (const [name, group] of raw.groups) groups.set(name, { name, children: [...group.children], hosts: members.get(name) ?? [] });

  const listing = new FolderListing();
  const groupLayers = new Map<string, readonly Layer[]>();
  for (const [name, group] of raw.groups) groupLayers.set(name, layers('group_vars', [...group.variables, ...(await fromFolders(folders, 'group_vars', name, listing))]));
  const groupsOf = new Map<string, string[]>();
  for (const [name, hosts] of members) for (const host of hosts) groupsOf.set(host, [...(groupsOf.get(host) ?? []), name]);
  const hosts = new Map<string, Host>();
  for (const [name, given] of raw.hosts) {
    const mine = (groupsOf.get(name) ?? []).toSorted((one, other) => (depth.get(one) ?? 0) - (depth.get(other) ?? 0) || (one < other ? -1 : 1));
    const own = layers('host_vars', [...given, ...(await fromFolders(folders, 'host_vars', name, listing))]);
    hosts.set(name, { name, groups: mine.toSorted(), layers: [...mine.flatMap((group) => groupLayers.get(group) ?? []), ...own] });
  }
  return { sources, hosts, groups };
}

async function fromFolders(folders: readonly string[], kind: 'group_vars' | 'host_vars', name: string, listing: FolderListing): Promise<readonly GivenVariables[]> {
  const given: GivenVariables[] = [];
  for (const folder of folders) given.push(...(await variablesIn(folder, kind, name, listing)));
  return given;
}

function layers(level: 'group_vars' | 'host_vars', given: readonly GivenVariables[]): readonly Layer[] {
  return given.filter((one) => one.variables.size > 0).map((one) => ({ level, origin: one.origin, variables: one.variables }));
}

/** How far a group is from `all`: the longest way counts, so that a child is always above its parents. */
function depths(raw: RawInventory): ReadonlyMap<string, number> {
  const depth = new Map<string, number>();
  const visit = (name: string, at: number, chain: readonly string[]): void => {
    if (chain.includes(name)) {
      throw new Problem({
        code: 'group-cycle',
        what: `group ${name} is a child of itself`,
        why: [...chain, name].join(' > '),
        remedy: 'Take one of these out of the children of the other.',
      });
    }
    if ((depth.get(name) ?? -1) >= at) return;
    depth.set(name, at);
    for (const child of raw.groups.get(name)?.children ?? []) visit(child, at + 1, [...chain, name]);
  };
  for (const name of raw.groups.keys()) visit(name, name === 'all' ? 0 : 1, []);
  return depth;
}

function hostsUnder(raw: RawInventory, name: string, seen: Set<string>): ReadonlySet<string> {
  if (seen.has(name)) return new Set();
  seen.add(name);
  const group = raw.groups.get(name);
  const hosts = new Set(group?.hosts ?? []);
  for (const child of group?.children ?? []) for (const host of hostsUnder(raw, child, seen)) hosts.add(host);
  return hosts;
}
