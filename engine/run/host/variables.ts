import type { Facts } from '../../connection/shell/facts.ts';
import type { Host, Inventory } from '../../inventory/inventory.ts';
import { ONLY_TELLS } from '../../playbook/base/changes-nothing.ts';
import type { Play, StepFrame, Task } from '../../playbook/base/play.ts';
import type { TagSelection } from '../../playbook/base/select-tasks.ts';
import { Secret } from '../../values/base/secret.ts';
import {
  type ControllerLookups,
  type Scope,
  type Value,
  type ValueMap,
  OMIT,
  Unknown,
} from '../../values/base/value.ts';
import { type Compiled, isCompiled } from '../../values/compiled.ts';
import { isCredential } from '../../values/hidden-node.ts';
import { type Layer, layeredScope } from '../../values/scope.ts';
import type { Slice } from '../base/slice.ts';
import { ANSIBLE_FACT_VARIABLES, AnsibleFacts } from './ansible-facts.ts';
import { AnsibleMagic } from './ansible-magic.ts';
import { hostOfOtherSlice, playOfSlices } from './elsewhere.ts';

/** Variables that are the same for all hosts. */
export interface RunVariables {
  /** True if nothing is changed in this run. */
  readonly isPlan: boolean;
  /** Defaults from the command line, for variables that neither inventory nor playbook sets; the lowest level. */
  readonly fallback: Layer | undefined;
  readonly extra: Layer;
  readonly inventory: Inventory;
  readonly playbookDirectory: string;
  /** Returns the lookups on the controller for a step; undefined outside of a run. */
  readonly lookups?: ((frame: StepFrame | undefined) => ControllerLookups) | undefined;
  /** The tags of the command line; undefined outside of a run. */
  readonly selection?: TagSelection;
  readonly groups: ValueMap | Unknown;
  /** Grows with each change of the groups or hosts of the run: scopes that were kept before are made again. */
  readonly groupChanges: number;
  /** The variables of any host, including those that it will register. They are read on demand. */
  hostvars(): ValueMap | Unknown;
  /** Like `hostvars`, with only those that it has registered so far. */
  hostvarsAsTheyAre(): ValueMap | Unknown;
}

type LayeredScope = ReturnType<typeof layeredScope>;

/** Variables and hosts of a play. */
export interface PlayScope {
  readonly play: Play;
  /** vars and vars_files, from low to high. */
  readonly layers: readonly Layer[];
  /** The hosts of the batch, or of the whole play before batches are formed. */
  readonly hosts: readonly string[];
  /** The hosts of the whole play. */
  readonly all: readonly string[];
  /** Set if other slices run other hosts of the play. */
  readonly slice?: Slice | undefined;
}

interface ScopeParts {
  readonly frame: StepFrame | undefined;
  readonly over: readonly Layer[];
  readonly play: PlayScope | undefined;
  /** How to treat variables that another host will set. `ahead`: they are unknown. `as_they_are`: they do not exist. */
  readonly others: 'ahead' | 'as_they_are';
}

/** The variables of one host, from all levels. `register` and `set_fact` add to them during the run. */
export class HostVariables {
  #host: Host;
  readonly #run: RunVariables;
  readonly #remembered = new Map<string, Value>();
  /** Variables of include_vars. */
  readonly #included = new Map<string, Compiled>();
  /** In a plan: the reason why there may be any other variable. */
  #anyOther: Unknown | undefined;
  #facts: { readonly from: Facts; readonly value: ValueMap } | undefined;
  #ansibleFacts = new AnsibleFacts(undefined);
  /** Scopes by play, by role, by the folders in which names are looked up, and by the layers of the step. */
  #cache = new Map<PlayScope | undefined, Map<object, Map<object, Map<readonly Layer[], LayeredScope>>>>();
  #groupChanges = 0;
  #play: PlayScope | undefined;
  /** Set if another slice runs the host: the layer of everything that only that slice knows. */
  #elsewhere: { readonly names: ReadonlySet<string>; readonly layer: Layer } | undefined;

  /** Variables that tasks of the run will register or set: other hosts may ask for them before they exist. */
  readonly #expected = new Map<string, Unknown>();

  constructor(host: Host, run: RunVariables) {
    this.#host = host;
    this.#run = run;
  }

  /** Sets the play of the tasks that follow. */
  enter(play: PlayScope): void {
    this.#play = play;
    // Scopes of earlier plays are not needed any more.
    this.forgetScopes();
  }

  /**
   * Marks the host as one that does not belong to `slice`, the slice of this run. From then on, reading its facts, or
   * one of the variables `names` that its tasks would set, is an error.
   */
  leaveToSlice(slice: string, names: ReadonlySet<string>): void {
    const all = new Set([...(this.#elsewhere?.names ?? ANSIBLE_FACT_VARIABLES), 'facts', ...names]);
    this.#elsewhere = { names: all, layer: hostOfOtherSlice(this.#host.name, all, slice) };
  }

  get host(): Host {
    return this.#host;
  }

  /** Takes over groups and variables that a task has added to the host. */
  become(host: Host): void {
    this.#host = host;
    this.#cache = new Map();
  }

  setFacts(facts: Facts): void {
    if (this.#facts?.from === facts) return;
    this.#facts = { from: facts, value: factsAsValue(facts) };
    this.#ansibleFacts = new AnsibleFacts(facts, this.#remembered);
    this.#cache = new Map();
  }

  /**
   * Forgets the scopes that are kept: they are made again if they are needed. Scopes depend on other hosts, too, which
   * continue meanwhile.
   */
  forgetScopes(): void {
    this.#cache = new Map();
  }

  expect(name: string, because: Unknown): void {
    this.#expected.set(name, because);
  }

  remember(name: string, value: Value): void {
    this.#remembered.set(name, typeof value === 'string' && isCredential(name) ? Secret.of(value) : value);
    this.#cache = new Map();
  }

  /** Adds variables of include_vars. */
  include(variables: ReadonlyMap<string, Compiled>): void {
    for (const [name, value] of variables) this.#included.set(name, value);
    this.#cache = new Map();
  }

  /** Adds the variables that a task has brought to another host: results, facts and variables of include_vars. */
  takeOver(brought: ReadonlyMap<string, Compiled | Value>): void {
    for (const [name, value] of brought) {
      if (isCompiled(value)) this.include(new Map([[name, value]]));
      else this.remember(name, value);
    }
  }

  /** Records in a plan that an include may have set any variable that nothing else sets. */
  expectAnyOther(because: Unknown): void {
    this.#anyOther = because;
    this.#cache = new Map();
  }

  remembered(name: string): Value | undefined {
    return this.#remembered.get(name);
  }

  /**
   * Returns the variables of a step. `over` are layers with higher priority than its own (loop items, pending results).
   * Scopes are kept until a variable changes, so that a group variable is rendered once.
   */
  scope(
    frame: StepFrame | undefined,
    over: readonly Layer[] = [],
    play: PlayScope | undefined = this.#play,
  ): LayeredScope {
    if (over.length > 0) return this.#build({ frame, over, play, others: 'ahead' });
    if (this.#run.isPlan && onlyTells(frame)) return this.#build({ frame, over, play, others: 'ahead' });
    if (this.#groupChanges !== this.#run.groupChanges) {
      this.#groupChanges = this.#run.groupChanges;
      this.forgetScopes();
    }
    const byRole = entry(this.#cache, play, () => new Map<object, Map<object, Map<readonly Layer[], LayeredScope>>>());
    const byPath = entry(byRole, frame?.role ?? NO_ROLE, () => new Map<object, Map<readonly Layer[], LayeredScope>>());
    const byLayers = entry(byPath, frame?.searchPath ?? NO_PATH, () => new Map<readonly Layer[], LayeredScope>());
    const key = frame === undefined || frame.layers.length === 0 ? NO_LAYERS : frame.layers;
    return entry(byLayers, key, () => this.#build({ frame, over: [], play, others: 'ahead' }));
  }

  /**
   * Like `scope`, for the turn of a task that all hosts have reached: variables that another host has not set do not
   * exist.
   */
  scopeOfTurn(frame: StepFrame | undefined, over: readonly Layer[]): LayeredScope {
    return this.#build({ frame, over, play: this.#play, others: 'as_they_are' });
  }

  #build({ frame, over, play, others }: ScopeParts): LayeredScope {
    const role = frame?.role;
    const layers: readonly Layer[] = [
      this.#ansibleMagic(frame, play),
      ...(this.#anyOther === undefined ? [] : [anyOtherLayer(this.#anyOther)]),
      ...(this.#run.fallback === undefined ? [] : [this.#run.fallback]),
      ...loginOf(play),
      ...(role === undefined ? [] : [role.defaults]),
      ...this.#host.layers,
      this.#factsLayer(),
      ...(play?.layers ?? []),
      ...(role === undefined ? [] : [role.variables, role.parameters]),
      ...(frame?.layers ?? []),
      { level: 'include_vars', origin: 'include_vars', variables: this.#included },
      { level: 'set_fact', origin: 'register and set_fact', variables: this.#remembered },
      ...over,
      this.#run.extra,
      this.#magic({ frame, play, others }),
      ...playOfSlices(play),
    ];
    return layeredScope(layers, this.#run.lookups?.(frame));
  }

  #factsLayer(): Layer {
    return { level: 'facts', origin: 'facts', variables: this.#ansibleFacts };
  }

  #ansibleMagic(frame: StepFrame | undefined, play: PlayScope | undefined): Layer {
    const { selection, isPlan } = this.#run;
    const parts = { host: this.#host.name, selection, frame, play, isPlanning: isPlan && onlyTells(frame) };
    return { level: 'role defaults', origin: 'runbook', variables: new AnsibleMagic(parts) };
  }

  #magic({ frame, play, others }: Omit<ScopeParts, 'over'>): Layer {
    const run = this.#run;
    const variables = new Map<string, Value>([
      ['inventory_hostname', this.#host.name],
      ['inventory_dir', this.#host.directory],
      ['playbook_dir', run.playbookDirectory],
      ['groups', run.groups],
      ['group_names', this.#host.groups.filter((group) => group !== 'all')],
      ['play_hosts', play?.hosts ?? []],
      ['hostvars', others === 'ahead' ? run.hostvars() : run.hostvarsAsTheyAre()],
      ['omit', OMIT],
      ['planning', run.isPlan && onlyTells(frame)],
      ['facts', this.#facts?.value ?? new Unknown('facts, which come with the connection')],
    ]);
    if (frame?.role !== undefined) {
      variables.set('role_path', frame.role.path);
      variables.set('role_name', frame.role.name);
    }
    if (play !== undefined) variables.set('play_name', play.play.name);
    return { level: 'magic', origin: 'runbook', variables };
  }

  /**
   * Returns the variables that other hosts may read: inventory variables, registered variables, and the facts if the
   * host is connected.
   */
  asHostvars(): ValueMap {
    const { scope, names } = this.#forOthers();
    const there = this.#facts === undefined ? [...names].filter((name) => name !== 'facts') : names;
    return lazyMap(new Set([...there, ...(this.#elsewhere?.names ?? [])]), (name) => scope.lookup(name) ?? null);
  }

  /** Like `asHostvars`, with the variables that the host will register as unknown values. */
  asHostvarsAhead(): ValueMap {
    const { scope, names } = this.#forOthers();
    return lazyMap(
      new Set([
        ...names,
        ...(this.#facts === undefined ? ANSIBLE_FACT_VARIABLES : []),
        ...this.#expected.keys(),
        ...(this.#elsewhere?.names ?? []),
      ]),
      (name) => scope.lookup(name) ?? this.#expected.get(name) ?? null,
    );
  }

  #forOthers(): { readonly scope: Scope; readonly names: ReadonlySet<string> } {
    const scope = layeredScope([
      ...this.#host.layers,
      this.#factsLayer(),
      ...(this.#play?.layers ?? []),
      { level: 'include_vars', origin: 'include_vars', variables: this.#included },
      { level: 'set_fact', origin: 'register and set_fact', variables: this.#remembered },
      this.#run.extra,
      this.#magic({ frame: undefined, play: this.#play, others: 'ahead' }),
      ...(this.#elsewhere === undefined ? [] : [this.#elsewhere.layer]),
    ]);
    return { scope, names: new Set(scope.names().filter((name) => name !== 'hostvars')) };
  }
}

function entry<Key, Item>(map: Map<Key, Item>, key: Key, make: () => Item): Item {
  let item = map.get(key);
  if (item === undefined) map.set(key, (item = make()));
  return item;
}

/** Makes a layer of `remote_user`, with lower priority than ansible_user and ansible_ssh_user of the inventory. */
function loginOf(play: PlayScope | undefined): readonly Layer[] {
  const user = play?.play.settings.user;
  return user === undefined
    ? []
    : [{ level: 'role defaults', origin: 'remote_user', variables: new Map([['ansible_user', user]]) }];
}

/** Returns whether the step is a task that only prints, checks or waits. */
function onlyTells(frame: StepFrame | undefined): boolean {
  return frame !== undefined && isTask(frame) && frame.register === undefined && ONLY_TELLS.has(frame.module);
}

function isTask(frame: StepFrame): frame is Task {
  return 'kind' in frame && frame.kind === 'task';
}

const NO_ROLE = {};
const NO_PATH = {};
const NO_LAYERS: readonly Layer[] = [];

/** Makes a map whose values are computed when they are read. */
export function lazyMap(names: Iterable<string>, value: (name: string) => Value): ValueMap {
  const map: ValueMap = Object.create(null);
  for (const name of names) addLazily(map, name, value);
  return map;
}

/** Adds a value that is computed when it is read to a map of `lazyMap`. */
export function addLazily(map: ValueMap, name: string, value: (name: string) => Value): void {
  Object.defineProperty(map, name, { enumerable: true, configurable: true, get: () => value(name) });
}

function factsAsValue(facts: Facts): ValueMap {
  return JSON.parse(JSON.stringify(facts));
}

/** Makes the layer of variables that may exist. Settings of the connection are not among them. */
function anyOtherLayer(because: Unknown): Layer {
  return { level: 'role defaults', origin: 'include_vars', variables: new AnyOther(because) };
}

class AnyOther extends Map<string, Value> {
  readonly #because: Unknown;

  constructor(because: Unknown) {
    super();
    this.#because = because;
  }

  override get(name: string): Value | undefined {
    return name.startsWith('ansible_') ? undefined : this.#because;
  }
}

/** Makes a layer of results that later tasks will register: their names are known, their values are not. */
export function pendingLayer(pending: ReadonlyMap<string, Compiled | Value>): Layer {
  return { level: 'set_fact', origin: 'results still to come', variables: pending };
}

export type { Scope };
