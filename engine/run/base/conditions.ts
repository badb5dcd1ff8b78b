import { type Scope, Unknown } from '../../values/base/value.ts';
import type { Expression } from '../../values/expression/expression.ts';

/**
 * Evaluates conditions that must all be true. If one condition is false, the result is false. Otherwise, an unknown
 * condition makes the result unknown.
 */
export function all(conditions: readonly Expression[], scope: Scope): boolean | Unknown {
  let open: Unknown | undefined;
  for (const condition of conditions) {
    const holds = condition.test(scope);
    if (holds === false) return false;
    if (holds instanceof Unknown) open ??= holds;
  }
  return open ?? true;
}
