import type { Layer } from '../values/scope.ts';

/** A host as the inventory tells of it. */
export interface Host {
  readonly name: string;
  /** All groups that it is in, parents included, `all` included; sorted by name. */
  readonly groups: readonly string[];
  /** The absolute folder of the source that named the host first: `inventory_dir`. */
  readonly directory: string;
  /** group_vars and host_vars, low to high: all, then parents, then children, then the host itself. */
  readonly layers: readonly Layer[];
}

export interface Group {
  readonly name: string;
  /** In the order in which they were named. */
  readonly children: readonly string[];
  /** Hosts that are named in the group itself. */
  readonly ownHosts: readonly string[];
  /** Own hosts, then those of the children, level by level: the order that Ansible has. */
  readonly hosts: readonly string[];
}

export interface Inventory {
  /** The files and folders that were read, as given. */
  readonly sources: readonly string[];
  /** The absolute folder of the first of them, for what belongs to no host of the inventory. */
  readonly directory: string;
  /** In the order of the group `all`. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** This machine, under the name localhost: the host of that name, or the one that is always there. */
  readonly localhost: Host;
  /** `all` and `ungrouped` are always there. */
  readonly groups: ReadonlyMap<string, Group>;
}
