import { type Scope, Unknown } from '../../values/base/value.ts';
import type { Expression } from '../../values/expression/expression.ts';

/**
 * Evaluates conditions that must all be true. One false condition decides, whatever the others are; otherwise an
 * unknown condition makes the result unknown.
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
