import type { Value } from '../values/base/value.ts';
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

/** What a run has added to a host, which may be a new one. */
export interface HostChange {
  readonly name: string;
  /** The groups that the host has joined, each with the parents that the group has got, from low to high. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly variables: ReadonlyMap<string, Value>;
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
  /**
   * Returns a host with what a run has added to it. The host may be a new one; the inventory stays as it is. Rejects
   * with Problems if a file of its variables cannot be read.
   */
  changed(change: HostChange): Promise<Host>;
}
