import type { Place } from '../errors/problem.ts';
import type { Value } from './base/value.ts';
import { type Compiled, isCompiled } from './compiled.ts';
import type { Layer } from './scope.ts';

/** What names the command line as the place of a variable. */
export const TYPED = '-e';

/** Whether a variable of -e was typed, and did not come from a file. */
export function isTyped(value: Compiled | Value): boolean {
  return isTypedAt(isCompiled(value) ? value.place : undefined);
}

/** The same of a value on some level: at no place are those that are no YAML. */
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
