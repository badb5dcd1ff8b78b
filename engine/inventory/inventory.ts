import type { Layer } from '../values/scope.ts';

/** A host of the inventory. */
export interface Host {
  readonly name: string;
  /** All groups that contain the host, directly or through child groups, including `all`; sorted by name. */
  readonly groups: readonly string[];
  /** Absolute path of the folder of the source that named the host first: `inventory_dir`. */
  readonly directory: string;
  /** group_vars and host_vars, from low to high: `all`, then parents, then children, then the host itself. */
  readonly layers: readonly Layer[];
}

export interface Group {
  readonly name: string;
  /** Child groups in the order in which they were named. */
  readonly children: readonly string[];
  /** Hosts that are named in the group itself. */
  readonly ownHosts: readonly string[];
  /** The group's own hosts, then those of its children, level by level, in the order of Ansible. */
  readonly hosts: readonly string[];
}

export interface Inventory {
  /** The files and folders that were read, as they were given. */
  readonly sources: readonly string[];
  /** Absolute path of the folder of the first source. It applies where no host of the inventory is concerned. */
  readonly directory: string;
  /** In the order of the group `all`. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** The controller under the name localhost: the host of that name, or the implicit one. */
  readonly localhost: Host;
  /** All groups. `all` and `ungrouped` always exist. */
  readonly groups: ReadonlyMap<string, Group>;
}
