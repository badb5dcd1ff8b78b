import { type Place, formatPlace, Problem } from '../errors/problem.ts';
import type { ControllerLookups, Scope, Value } from './base/value.ts';
import { type Compiled, isCompiled } from './compiled.ts';

/**
 * Levels from low to high: a variable of a later level hides one of an earlier level. Names of the level `magic` are
 * reserved.
 */
export const LEVELS = [
  'role defaults',
  'group_vars',
  'host_vars',
  'facts',
  'play vars',
  'role vars',
  'task vars',
  'include_vars',
  'set_fact',
  'extra vars',
  'magic',
] as const;
export type Level = (typeof LEVELS)[number];

export interface Layer {
  readonly level: Level;
  /** Origin of the variables, for people: `group_vars/all.yml`. */
  readonly origin: string;
  /** A Compiled value is rendered when it is looked up, in the scope of that look-up. */
  readonly variables: ReadonlyMap<string, Compiled | Value>;
}

export interface Candidate {
  readonly level: Level;
  readonly origin: string;
  readonly place?: Place | undefined;
  /** `undefined` if the value could not be rendered; `problem` says why. */
  readonly value: Value | undefined;
  readonly problem?: Problem | undefined;
}

export interface LayeredScope extends Scope {
  /** Every value that the variable has on some layer, from low to high. The last one is used. */
  explain(name: string): readonly Candidate[];
}

/**
 * Makes a scope of several layers, given from low to high; within a level, later layers hide earlier ones. It does no
 * work in advance: variables are looked up and rendered on demand, once per scope.
 */
export function layeredScope(layers: readonly Layer[], lookups?: ControllerLookups): LayeredScope {
  return new Layers(layers, lookups);
}

class Layers implements LayeredScope {
  readonly lookups: ControllerLookups | undefined;
  readonly #layers: readonly Layer[];
  readonly #rendered = new Map<string, Value>();
  /** Variables that are being rendered now, outermost first. */
  readonly #open = new Map<string, Compiled>();
  #names: readonly string[] | undefined;

  constructor(layers: readonly Layer[], lookups: ControllerLookups | undefined) {
    this.#layers = layers;
    this.lookups = lookups;
  }

  lookup(name: string): Value | undefined {
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const found = this.#layers[index]?.variables.get(name);
      if (found === undefined) continue;
      return isCompiled(found) ? (found.literal ?? this.#render(name, found)) : found;
    }
    return undefined;
  }

  #render(name: string, compiled: Compiled): Value {
    const known = this.#rendered.get(name);
    if (known !== undefined) return known;
    if (this.#open.has(name)) throw this.#cycle(name);
    this.#open.set(name, compiled);
    try {
      const value = compiled.resolve(this);
      this.#rendered.set(name, value);
      return value;
    } finally {
      this.#open.delete(name);
    }
  }

  #cycle(name: string): Problem {
    const open = [...this.#open];
    const chain = open.slice(open.findIndex(([other]) => other === name));
    return new Problem({
      code: 'variable-cycle',
      what: `The variable "${name}" refers to itself: ${[...chain.map(([link]) => link), name].join(' → ')}`,
      place: chain[0]?.[1].place,
      why: chain.map(([link, { place }]) => `${link} at ${formatPlace(place)}`).join('\n'),
      remedy: 'Give one of them another name.',
    });
  }

  names(): readonly string[] {
    this.#names ??= [...new Set(this.#layers.flatMap((layer) => [...layer.variables.keys()]))];
    return this.#names;
  }

  explain(name: string): readonly Candidate[] {
    const candidates: Candidate[] = [];
    for (const { level, origin, variables } of this.#layers) {
      const found = variables.get(name);
      if (found === undefined) continue;
      if (!isCompiled(found)) {
        candidates.push({ level, origin, value: found });
        continue;
      }
      const { place } = found;
      try {
        candidates.push({ level, origin, place, value: found.resolve(this) });
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        candidates.push({ level, origin, place, value: undefined, problem });
      }
    }
    return candidates;
  }
}
