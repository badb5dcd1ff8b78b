import { dirname, resolve } from 'node:path';
import type { Inventory } from '../inventory/inventory.ts';
import { LOCALHOST } from '../inventory/localhost.ts';
import type { Unknown, ValueMap } from '../values/base/value.ts';
import { type Slice, sliceName } from './base/slice.ts';
import { partOfGroup } from './host/elsewhere.ts';
import { HostState } from './host/host-state.ts';
import { type RunVariables, HostVariables, lazyMap } from './host/variables.ts';
import type { RunOptions } from './run-options.ts';

/** The hosts of a run with their variables and their current groups. */
export class RunHosts {
  readonly byName: ReadonlyMap<string, HostState>;
  readonly #inventory: Inventory;
  readonly #groups: Map<string, string[]>;
  #groupsValue: ValueMap;
  #groupsToCome: Unknown | undefined;
  readonly #slice: Slice | undefined;
  /** Groups that group_by has changed. */
  readonly #changed = new Set<string>();
  #lookups: RunVariables['lookups'];

  constructor({
    inventory,
    playbook,
    fallback,
    extra,
    selection,
    mode,
    slice,
  }: Pick<RunOptions, 'inventory' | 'playbook' | 'fallback' | 'extra' | 'selection' | 'mode' | 'slice'>) {
    this.#slice = slice;
    this.#inventory = inventory;
    this.#groups = new Map([...inventory.groups].map(([name, group]) => [name, [...group.hosts]]));
    this.#groupsValue = this.#asValue();
    const groups = (): ValueMap | Unknown => this.#groupsToCome ?? this.#groupsValue;
    const lookups = (): RunVariables['lookups'] => this.#lookups;
    const variables: RunVariables = {
      isPlan: mode === 'plan',
      fallback,
      extra,
      inventory,
      selection,
      playbookDirectory: dirname(resolve(playbook.file)),
      get groups() {
        return groups();
      },
      get lookups() {
        return lookups();
      },
      hostvars: () => hostvars,
      hostvarsAsTheyAre: () => hostvarsAsTheyAre,
    };
    const all = inventory.hosts.has(LOCALHOST)
      ? inventory.hosts.values()
      : [...inventory.hosts.values(), inventory.localhost];
    const hosts = new Map([...all].map((host) => [host.name, new HostState(host, new HostVariables(host, variables))]));
    const hostvars = lazyMap(hosts.keys(), (name) => hosts.get(name)?.variables.asHostvarsAhead() ?? null);
    const hostvarsAsTheyAre = lazyMap(hosts.keys(), (name) => hosts.get(name)?.variables.asHostvars() ?? null);
    this.byName = hosts;
  }

  /** Sets the lookups on the controller that templates and expressions use. */
  useLookups(lookups: RunVariables['lookups']): void {
    this.#lookups = lookups;
  }

  /** Makes the groups unknown for `because`, until this is called without a reason: a task will bring others. */
  awaitGroups(because: Unknown | undefined): void {
    this.#groupsToCome = because;
    for (const { variables } of this.byName.values()) variables.forgetOthers();
  }

  /** True after group_by has put a host into a group: the hosts of later plays are chosen again. */
  get hasRegrouped(): boolean {
    return this.#changed.size > 0;
  }

  /** Adds a host to a group and to the group's parents. Later plays see it. */
  join(host: string, group: string, parents: readonly string[]): void {
    this.byName.get(host)?.variables.join(group);
    for (const name of [group, ...parents]) {
      this.#changed.add(name);
      const members = this.#groups.get(name);
      if (members === undefined) this.#groups.set(name, [host]);
      else if (!members.includes(host)) members.push(host);
    }
    this.#groupsValue = this.#asValue();
  }

  /** Returns the inventory with the current groups. */
  regrouped(): Inventory {
    const grown = [...this.#groups].map(
      ([name, members]) => [name, { name, children: [], ownHosts: members, hosts: members }] as const,
    );
    return { ...this.#inventory, groups: new Map(grown) };
  }

  #asValue(): ValueMap {
    return lazyMap(this.#groups.keys(), (name) => {
      if (this.#slice !== undefined && this.#changed.has(name)) throw partOfGroup(name, sliceName(this.#slice));
      return this.#groups.get(name) ?? [];
    });
  }
}
