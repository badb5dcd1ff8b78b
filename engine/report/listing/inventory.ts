import type { Host, Inventory } from '../../inventory/inventory.ts';
import { writtenValue } from '../../inventory/written-variable.ts';
import { MASK } from '../../values/base/secret.ts';
import type { Plain, PlainMap } from '../../values/base/value.ts';
import { maskValue } from '../../values/mask/mask.ts';
import type { Layer } from '../../values/scope.ts';
import { isTyped } from '../../values/typed.ts';
import { openOutput } from '../text/output.ts';
import { safeJson, safeLine } from '../text/safe-text.ts';

/**
 * Prints the inventory like `ansible-inventory --list`: groups, and the variables of each host as they are written.
 * Secrets are masked.
 */
export function printInventoryList(
  inventory: Inventory,
  shown: readonly Host[],
  extra: Layer,
  stdout: NodeJS.WritableStream,
): void {
  printJson(inventoryList(inventory, shown, extra), stdout);
}

/**
 * Prints the variables of one host as they are written; of each, the one with the highest priority. Secrets are masked.
 */
export function printInventoryHost(host: Host, extra: Layer, stdout: NodeJS.WritableStream): void {
  printJson(hostVariables(host, extra), stdout);
}

export interface GraphOptions {
  readonly inventory: Inventory;
  /** If true, the variables of each host are shown below its name. */
  readonly withVariables: boolean;
  readonly extra: Layer;
}

/** Prints groups and hosts as a tree, below one group. */
export function printInventoryGraph(group: string, options: GraphOptions, stdout: NodeJS.WritableStream): void {
  openOutput(stdout).write(`${graphLines(group, options, 0).map(safeLine).join('\n')}\n`);
}

function printJson(value: PlainMap, stdout: NodeJS.WritableStream): void {
  openOutput(stdout).write(`${safeJson(sorted(value), 4)}\n`);
}

function inventoryList(inventory: Inventory, shown: readonly Host[], extra: Layer): PlainMap {
  const available = new Set(shown.map((host) => host.name));
  const list: Record<string, Plain> = Object.create(null);
  const seen = new Set<string>();
  const add = (name: string): void => {
    seen.add(name);
    const group = inventory.groups.get(name);
    const hosts = name === 'all' ? [] : (group?.ownHosts ?? []).filter((host) => available.has(host));
    const children = group?.children ?? [];
    if (hosts.length + children.length > 0)
      list[name] = { ...(hosts.length > 0 ? { hosts } : {}), ...(children.length > 0 ? { children } : {}) };
    for (const child of children) if (!seen.has(child)) add(child);
  };
  add('all');
  const hostvars: Record<string, Plain> = Object.create(null);
  for (const host of shown) {
    const variables = hostVariables(host, extra);
    if (Object.keys(variables).length > 0) hostvars[host.name] = variables;
  }
  list['_meta'] = { hostvars };
  return list;
}

function hostVariables(host: Host, extra: Layer): PlainMap {
  return writtenVariables([...host.layers, extra]);
}

function writtenVariables(layers: readonly Layer[]): PlainMap {
  const variables: Record<string, Plain> = Object.create(null);
  for (const layer of layers) {
    for (const [name, variable] of layer.variables)
      variables[name] = layer.level === 'extra vars' && isTyped(variable) ? MASK : maskValue(writtenValue(variable));
  }
  return variables;
}

function graphLines(name: string, options: GraphOptions, depth: number): readonly string[] {
  const { inventory, withVariables, extra } = options;
  const group = inventory.groups.get(name);
  const inside = depth + 1;
  const lines = [branch(`@${name}:`, depth)];
  for (const child of group?.children ?? []) lines.push(...graphLines(child, options, inside));
  if (name === 'all') return lines;
  for (const host of group?.ownHosts ?? []) {
    lines.push(branch(host, inside));
    const known = inventory.hosts.get(host);
    if (!withVariables || known === undefined) continue;
    const variables = Object.entries(hostVariables(known, extra)).toSorted(([one], [other]) => (one < other ? -1 : 1));
    for (const [key, value] of variables)
      lines.push(branch(`{${key} = ${typeof value === 'string' ? value : JSON.stringify(value)}}`, inside + 1));
  }
  return lines;
}

function branch(text: string, depth: number): string {
  return depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`;
}

function sorted(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const map: Record<string, Plain> = Object.create(null);
  for (const [key, member] of Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    map[key] = sorted(member);
  return map;
}
