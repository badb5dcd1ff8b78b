import type { Place } from '../errors/problem.ts';
import type { Layer } from '../values/scope.ts';

/** A host as the inventory tells of it. */
export interface Host {
  readonly name: string;
  /** All groups that it is in, parents included, `all` included; sorted by name. */
  readonly groups: readonly string[];
  /** group_vars and host_vars, low to high: all, then parents, then children, then the host itself. */
  readonly layers: readonly Layer[];
}

export interface Group {
  readonly name: string;
  readonly children: readonly string[];
  /** Direct and inherited hosts, in inventory order. */
  readonly hosts: readonly string[];
}

export interface Inventory {
  /** The files and folders that were read, as given. */
  readonly sources: readonly string[];
  /** In the order of the inventory. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
}

/**
 * The hosts that a pattern names, in inventory order: `etcd:&rack1:!spare`, `web*`, `~regex`, `web[0:2]`, commas or colons between.
 * Throws Problem('empty-pattern') where a name in it is neither host nor group (with did-you-mean).
 */
export type SelectHosts = (inventory: Inventory, pattern: string, place: Place | undefined) => readonly Host[];
