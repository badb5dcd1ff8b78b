import type { Facts } from '../connection/facts.ts';
import type { Host, Inventory } from '../inventory/inventory.ts';
import type { Play, StepFrame } from '../playbook/play.ts';
import type { Layer } from '../values/scope.ts';
import { layeredScope } from '../values/scope.ts';
import type { Scope, Value, ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';

/** What the controller knows that is the same for all hosts. */
export interface RunVariables {
  readonly extra: Layer;
  readonly inventory: Inventory;
  readonly inventoryDirectory: string;
  readonly playbookDirectory: string;
  readonly groups: ValueMap;
  /** The variables of any host, each read when it is asked for. */
  hostvars(): ValueMap;
}

type LayeredScope = ReturnType<typeof layeredScope>;

/** The variables of one host, from all levels. register and set_fact add to them as the run goes on. */
export class HostVariables {
  readonly #host: Host;
  readonly #run: RunVariables;
  readonly #remembered = new Map<string, Value>();
  #facts: ValueMap | undefined;
  #cache = new Map<object, Map<readonly Layer[], LayeredScope>>();
  #play: Play | undefined;
  #playLayers: readonly Layer[] = [];
  #playHosts: readonly string[] = [];

  constructor(host: Host, run: RunVariables) {
    this.#host = host;
    this.#run = run;
  }

  /** From here on tasks of this play ask. */
  enter(play: Play, playLayers: readonly Layer[], hosts: readonly string[]): void {
    this.#play = play;
    this.#playLayers = playLayers;
    this.#playHosts = hosts;
    this.#cache = new Map();
  }

  setFacts(facts: Facts): void {
    this.#facts = factsAsValue(facts);
    this.#cache = new Map();
  }

  remember(name: string, value: Value): void {
    this.#remembered.set(name, value);
    this.#cache = new Map();
  }

  remembered(name: string): Value | undefined {
    return this.#remembered.get(name);
  }

  /**
   * What a step sees. `over` are layers above its own (loop items, results that are still to come).
   * Scopes are kept until a variable changes, so that what a group variable renders to is rendered once.
   */
  scope(frame: StepFrame | undefined, over: readonly Layer[] = []): LayeredScope {
    if (over.length > 0) return this.#build(frame, over);
    const role = frame?.role ?? NO_ROLE;
    let byLayers = this.#cache.get(role);
    if (byLayers === undefined) this.#cache.set(role, (byLayers = new Map()));
    const key = frame === undefined || frame.layers.length === 0 ? NO_LAYERS : frame.layers;
    let scope = byLayers.get(key);
    if (scope === undefined) byLayers.set(key, (scope = this.#build(frame, [])));
    return scope;
  }

  #build(frame: StepFrame | undefined, over: readonly Layer[]): LayeredScope {
    const role = frame?.role;
    return layeredScope([
      ...(role === undefined ? [] : [role.defaults]),
      ...this.#host.layers,
      ...this.#playLayers,
      ...(role === undefined ? [] : [role.variables, role.parameters]),
      ...(frame?.layers ?? []),
      { level: 'set_fact', origin: 'register and set_fact', variables: this.#remembered },
      ...over,
      this.#run.extra,
      this.#magic(frame),
    ]);
  }

  #magic(frame: StepFrame | undefined): Layer {
    const run = this.#run;
    const variables = new Map<string, Value>([
      ['inventory_hostname', this.#host.name],
      ['inventory_dir', run.inventoryDirectory],
      ['playbook_dir', run.playbookDirectory],
      ['groups', run.groups],
      ['group_names', this.#host.groups.filter((group) => group !== 'all')],
      ['play_hosts', this.#playHosts],
      ['hostvars', run.hostvars()],
      ['facts', this.#facts ?? new Unknown('facts, which come with the connection')],
    ]);
    if (frame?.role !== undefined) {
      variables.set('role_path', frame.role.path);
      variables.set('role_name', frame.role.name);
    }
    if (this.#play !== undefined) variables.set('play_name', this.#play.name);
    return { level: 'magic', origin: 'runbook', variables };
  }

  /** All that another host may ask of this one: its inventory variables, what it registered, its facts. */
  asHostvars(): ValueMap {
    const scope = layeredScope([
      ...this.#host.layers,
      ...this.#playLayers,
      { level: 'set_fact', origin: 'register and set_fact', variables: this.#remembered },
      this.#run.extra,
      this.#magic(undefined),
    ]);
    return lazyMap(
      scope.names().filter((name) => name !== 'hostvars' && (name !== 'facts' || this.#facts !== undefined)),
      (name) => scope.lookup(name) ?? null,
    );
  }
}

const NO_ROLE = {};
const NO_LAYERS: readonly Layer[] = [];

/** A map whose values are made when they are read. */
export function lazyMap(names: Iterable<string>, value: (name: string) => Value): ValueMap {
  const map: ValueMap = Object.create(null);
  for (const name of names) {
    Object.defineProperty(map, name, { enumerable: true, configurable: true, get: () => value(name) });
  }
  return map;
}

function factsAsValue(facts: Facts): ValueMap {
  return JSON.parse(JSON.stringify(facts));
}

/** A layer of results that tasks ahead will register: their names are known, their values not. */
export function pendingLayer(pending: ReadonlyMap<string, Value>): Layer {
  return { level: 'set_fact', origin: 'results still to come', variables: pending };
}

export type { Scope };
