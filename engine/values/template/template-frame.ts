import type { Scope, Value } from '../base/value.ts';

/** The variables of a template at one point of its rendering. */
export interface Frame {
  readonly scope: Scope;
  /** The surrounding level; undefined for the outermost. */
  readonly outer: Frame | undefined;
  /** The value of `this`: the item of an #each, the value of a #with, the arguments of a partial. */
  readonly context: Value;
  readonly loop: Loop | undefined;
}

export interface Loop {
  readonly index: number;
  readonly key: string | number;
  readonly first: boolean;
  readonly last: boolean;
}

/** The part of a frame that the compiler knows. There is one for each frame, in the same order. */
export interface Level {
  readonly kind: 'root' | 'each' | 'with' | 'partial';
  readonly outer: Level | undefined;
  /** Names of the block parameters, as in `{{#each xs as |x key|}}`. */
  readonly blockParameters: readonly string[];
  /** For a partial with arguments: their names. They hide names of the surrounding level. */
  readonly overlay: ReadonlySet<string>;
}

export const rootLevel: Level = { kind: 'root', outer: undefined, blockParameters: [], overlay: new Set() };

/** Returns the frame this number of levels further out. Stops at the outermost frame. */
export function frameAt(frame: Frame, hops: number): Frame {
  let current = frame;
  for (let hop = 0; hop < hops && current.outer !== undefined; hop++) current = current.outer;
  return current;
}
