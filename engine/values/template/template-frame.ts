import type { Scope, Value } from '../base/value.ts';

/** What a template sees at a point of its rendering. */
export interface Frame {
  readonly scope: Scope;
  /** The level around this one; none for the outermost. */
  readonly outer: Frame | undefined;
  /** `this`: the item of an #each, the value of a #with, the arguments of a partial. */
  readonly context: Value;
  readonly loop: Loop | undefined;
}

export interface Loop {
  readonly index: number;
  readonly key: string | number;
  readonly first: boolean;
  readonly last: boolean;
}

/** What the compiler knows of a frame: one for each, in the same order. */
export interface Level {
  readonly kind: 'root' | 'each' | 'with' | 'partial';
  readonly outer: Level | undefined;
  /** Names for the context and for the key, as in `{{#each xs as |x key|}}`. */
  readonly blockParameters: readonly string[];
  /** For a partial with arguments: their names. They lie over the level around it. */
  readonly overlay: ReadonlySet<string>;
}

export const rootLevel: Level = { kind: 'root', outer: undefined, blockParameters: [], overlay: new Set() };

export function frameAt(frame: Frame, hops: number): Frame {
  let current = frame;
  for (let hop = 0; hop < hops && current.outer !== undefined; hop++) current = current.outer;
  return current;
}
