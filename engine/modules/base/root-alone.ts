import type { Context, Outcome } from './module.ts';

/** Returns whether root makes the changes. The name of root may be another one. */
export function isRoot({ user, facts }: Pick<Context, 'user' | 'facts'>): boolean {
  return user === 'root' || (user === facts.user && facts.uid === 0);
}

/** Returns a remedy for a change that the user may not make. */
export function permissionFor({ user, facts }: Context): string {
  return user === facts.user ? 'Set become: true on the task' : 'Leave become_user out, so that it is root';
}

/**
 * Returns the outcome, or Impossible if the user is not root and no earlier change can make the task needless. With a
 * doubt of the module's own, such as about old package lists, the task makes the attempt in any case. `what` is the
 * thing that changes.
 */
export function forRootAlone(outcome: Outcome, what: string, context: Context): Outcome {
  if (outcome.kind !== 'change' || isRoot(context)) return outcome;
  if (outcome.certainty !== 'certain' && outcome.doubt === undefined) return outcome;
  return {
    kind: 'impossible',
    what: `${context.user} may not change ${what}; only root may`,
    remedy: `${permissionFor(context)}.`,
  };
}
