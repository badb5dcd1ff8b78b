import { dirname, resolve } from 'node:path';
import type { Group, Host, HostChange, Inventory } from '../inventory/inventory.ts';
import { LOCALHOST } from '../inventory/localhost.ts';
import { Secret } from '../values/base/secret.ts';
import type { Unknown, Value, ValueMap } from '../values/base/value.ts';
import { isCredential } from '../values/hidden-node.ts';
import { type Slice, sliceName } from './base/slice.ts';
import { newHostsInSlices, partOfGroup } from './host/elsewhere.ts';
import { HostState } from './host/host-state.ts';
import { type RunVariables, HostVariables, addLazily, lazyMap } from './host/variables.ts';
import type { RunOptions } from './run-options.ts';

/** The hosts of a run with their variables and their current groups. */
export class RunHosts {
  readonly #byName: Map<string, HostState>;
  readonly #inventory: Inventory;
  readonly #variables: RunVariables;
  readonly #hostvars: ValueMap;
  readonly #hostvarsAsTheyAre: ValueMap;
  /** What tasks have added to hosts. */
  readonly #changes = new Map<string, HostChange>();
  /** Ends when all changes so far are made. Changes are made one after another, because they read files. */
  #changing: Promise<void> = Promise.resolve();
  readonly #groups: Map<string, Set<string>>;
  /** The same as arrays, made when they are read. */
  readonly #members = new Map<string, string[]>();
  readonly #groupsValue: ValueMap;
  #groupsToCome: Unknown | undefined;
  #hostsToCome: Unknown | undefined;
  readonly #slice: Slice | undefined;
  /** Groups that tasks have changed. */
  readonly #changed = new Set<string>();
  /** Number of changes of groups and hosts: what a host has kept of others before is out of date. */
  #groupChanges = 0;
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
    this.#groups = new Map([...inventory.groups].map(([name, group]) => [name, new Set(group.hosts)]));
    this.#groupsValue = lazyMap(this.#groups.keys(), (name) => this.#read(name));
    const groups = (): ValueMap | Unknown => this.#groupsToCome ?? this.#groupsValue;
    const lookups = (): RunVariables['lookups'] => this.#lookups;
    const groupChanges = (): number => this.#groupChanges;
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
      get groupChanges() {
        return groupChanges();
      },
      get lookups() {
        return lookups();
      },
      hostvars: () => this.#hostsToCome ?? hostvars,
      hostvarsAsTheyAre: () => this.#hostsToCome ?? hostvarsAsTheyAre,
    };
    const all = inventory.hosts.has(LOCALHOST)
      ? inventory.hosts.values()
      : [...inventory.hosts.values(), inventory.localhost];
    const hosts = new Map([...all].map((host) => [host.name, new HostState(new HostVariables(host, variables))]));
    const hostvars = lazyMap(hosts.keys(), (name) => hosts.get(name)?.variables.asHostvarsAhead() ?? null);
    const hostvarsAsTheyAre = lazyMap(hosts.keys(), (name) => hosts.get(name)?.variables.asHostvars() ?? null);
    this.#byName = hosts;
    this.#variables = variables;
    this.#hostvars = hostvars;
    this.#hostvarsAsTheyAre = hostvarsAsTheyAre;
  }

  /** All hosts, also those that tasks have added. */
  get byName(): ReadonlyMap<string, HostState> {
    return this.#byName;
  }

  /** Sets the lookups on the controller that templates and expressions use. */
  useLookups(lookups: RunVariables['lookups']): void {
    this.#lookups = lookups;
  }

  /**
   * Makes the groups unknown until this is called with undefined, because a task will bring others; with `hosts`, also
   * the variables of other hosts, because it will bring hosts.
   */
  await(what: { readonly because: Unknown; readonly hosts: boolean } | undefined): void {
    this.#groupsToCome = what?.because;
    this.#hostsToCome = what?.hosts === true ? what.because : undefined;
    this.#groupChanges += 1;
  }

  /** True after a task has put a host into a group: the hosts of later plays are chosen again. */
  get hasRegrouped(): boolean {
    return this.#changed.size > 0;
  }

  /**
   * Adds a host to groups, or a new host, with variables that take precedence over those of the inventory itself. Later
   * tasks and plays see it. Rejects with Problem in slices, and with Problems if a file of its variables cannot be read.
   */
  async add({ name, groups, variables }: HostChange): Promise<void> {
    if (this.#slice !== undefined && !this.#byName.has(name))
      throw newHostsInSlices(`the host ${name}`, sliceName(this.#slice));
    const before = this.#changes.get(name);
    const change: HostChange = {
      name,
      groups: new Map([...(before?.groups ?? []), ...groups]),
      variables: new Map([...(before?.variables ?? []), ...[...variables].map(hidden)]),
    };
    this.#changes.set(name, change);
    const changing = this.#changing.then(async () => this.#take(await this.#inventory.changed(change)));
    this.#changing = changing.catch(() => {});
    await changing;
  }

  #take(host: Host): void {
    const { name } = host;
    const known = this.#byName.get(name);
    if (known === undefined) this.#addState(host);
    else known.variables.become(host);
    for (const group of host.groups) this.#join(group, name);
    if (!host.groups.includes('ungrouped') && this.#groups.get('ungrouped')?.delete(name) === true)
      this.#noteChanged('ungrouped');
    this.#groupChanges += 1;
  }

  #join(group: string, name: string): void {
    const members = this.#groups.get(group);
    if (members?.has(name) === true) return;
    if (members !== undefined) members.add(name);
    else {
      this.#groups.set(group, new Set([name]));
      addLazily(this.#groupsValue, group, () => this.#read(group));
    }
    this.#noteChanged(group);
  }

  #noteChanged(group: string): void {
    this.#changed.add(group);
    this.#members.delete(group);
  }

  #addState(host: Host): void {
    const variables = new HostVariables(host, this.#variables);
    this.#byName.set(host.name, new HostState(variables));
    addLazily(this.#hostvars, host.name, () => variables.asHostvarsAhead());
    addLazily(this.#hostvarsAsTheyAre, host.name, () => variables.asHostvars());
  }

  /** Returns the inventory with the current hosts and groups. */
  grown(): Inventory {
    const groups = [...this.#groups.keys()].map((name): readonly [string, Group] => {
      const hosts = this.#membersOf(name);
      return [name, { name, children: [], ownHosts: hosts, hosts }];
    });
    const added = [...this.#changes.keys()].flatMap((name): readonly (readonly [string, Host])[] => {
      const state = this.#byName.get(name);
      return state === undefined || name === LOCALHOST ? [] : [[name, state.host]];
    });
    return { ...this.#inventory, hosts: new Map([...this.#inventory.hosts, ...added]), groups: new Map(groups) };
  }

  /** Returns the hosts of a group for templates and expressions. */
  #read(name: string): readonly string[] {
    if (this.#slice !== undefined && this.#changed.has(name)) throw partOfGroup(name, sliceName(this.#slice));
    return this.#membersOf(name);
  }

  #membersOf(group: string): readonly string[] {
    let members = this.#members.get(group);
    if (members === undefined) this.#members.set(group, (members = [...(this.#groups.get(group) ?? [])]));
    return members;
  }
}

/** Makes secrets of passwords. */
function hidden([name, value]: readonly [string, Value]): readonly [string, Value] {
  return [name, typeof value === 'string' && isCredential(name) ? Secret.of(value) : value];
}
