import { resolve } from 'node:path';
import type { Inventory } from '../../inventory/inventory.ts';
import { LOCALHOST } from '../../inventory/localhost.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Layer, LayeredScope } from '../../values/scope.ts';
import { type RunVariables, HostVariables, lazyMap } from './variables.ts';

/**
 * Returns the variables of each host outside of any play: those of the inventory, the extra ones, and the magic ones
 * except facts.
 */
export function hostScopes(
  inventory: Inventory,
  extra: Layer,
  playbookDirectory: string,
): (host: string) => LayeredScope | undefined {
  const run: RunVariables = {
    fallback: undefined,
    extra,
    inventory,
    isPlan: false,
    playbookDirectory: resolve(playbookDirectory),
    groups: lazyMap(inventory.groups.keys(), (name) => inventory.groups.get(name)?.hosts ?? []),
    groupChanges: 0,
    hostvars: () => hostvars,
    hostvarsAsTheyAre: () => hostvars,
  };
  const hosts = new Map([...inventory.hosts, [LOCALHOST, inventory.localhost]]);
  const all = new Map([...hosts].map(([name, host]) => [name, new HostVariables(host, run)]));
  const hostvars: ValueMap = lazyMap(all.keys(), (name) => all.get(name)?.asHostvars() ?? null);
  return (host) => all.get(host)?.scope(undefined);
}
