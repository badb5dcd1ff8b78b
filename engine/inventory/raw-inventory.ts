import type { Compiled } from '../values/compiled.ts';
import type { Value } from '../values/value.ts';

/** Variables as one file or one entry gives them. */
export interface GivenVariables {
  readonly origin: string;
  readonly variables: ReadonlyMap<string, Compiled | Value>;
}

/** What the inventory sources say, added up source by source, before hosts and groups are put together. */
export interface RawInventory {
  /** Host names in the order in which they were first named. */
  readonly hosts: Map<string, GivenVariables[]>;
  readonly groups: Map<string, RawGroup>;
}

export interface RawGroup {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly variables: GivenVariables[];
}

export function emptyInventory(): RawInventory {
  return { hosts: new Map(), groups: new Map() };
}

export function rawGroup(inventory: RawInventory, name: string): RawGroup {
  let group = inventory.groups.get(name);
  if (group === undefined) inventory.groups.set(name, (group = { hosts: new Set(), children: new Set(), variables: [] }));
  return group;
}

export function rawHost(inventory: RawInventory, name: string): GivenVariables[] {
  let host = inventory.hosts.get(name);
  if (host === undefined) inventory.hosts.set(name, (host = []));
  return host;
}
