import { type Scope, Unknown } from '../../values/base/value.ts';
import type { Expression } from '../../values/expression/expression.ts';

/** Do all of them hold? A false one decides, whatever the others are; else one that is not known leaves it open. */
export function all(conditions: readonly Expression[], scope: Scope): boolean | Unknown {
  let open: Unknown | undefined;
  for (const condition of conditions) {
    const holds = condition.test(scope);
    if (holds === false) return false;
    if (holds instanceof Unknown) open ??= holds;
  }
  return open ?? true;
}
