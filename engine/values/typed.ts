import type { Place } from '../errors/problem.ts';
import type { Value } from './base/value.ts';
import { type Compiled, isCompiled } from './compiled.ts';
import type { Layer } from './scope.ts';

/** The place of a variable of the command line in messages. */
export const TYPED = '-e';

/** Returns whether a variable of -e was typed on the command line; else it comes from a file. */
export function isTyped(value: Compiled | Value): boolean {
  return isTypedAt(isCompiled(value) ? value.place : undefined);
}

/** Like `isTyped`, for a candidate. Candidates without a place are not from YAML. */
export function isTypedCandidate({
  level,
  place,
}: {
  readonly level: Layer['level'];
  readonly place?: Place | undefined;
}): boolean {
  return level === 'extra vars' && isTypedAt(place);
}

function isTypedAt(place: Place | undefined): boolean {
  return place === undefined || place.file === TYPED;
}
