import type { Place } from '../../errors/problem.ts';
import type { Scope, Value } from './value.ts';

/** A YAML value with parsed templates. A value without templates costs nothing to resolve. */
export interface Compiled {
  readonly place: Place;
  readonly references: ReadonlySet<string>;
  /** The value itself if it contains no template, else `undefined`. */
  readonly literal: Value | undefined;
  /** Renders the value. Throws Problem. */
  resolve(scope: Scope): Value;
  /** Place of a part, such as `['options', 'mode']`; the place of the nearest parent if the part does not exist. */
  placeOf(path: readonly (string | number)[]): Place;
  /** The source of a part that is written as a number, such as `0x1F`; undefined for all other parts. */
  sourceOf?(path: readonly (string | number)[]): string | undefined;
}
