import type { Context, Outcome } from './module.ts';

/** Whether changes are made as root, whatever root is called. */
export function isRoot({ user, facts }: Pick<Context, 'user' | 'facts'>): boolean {
  return user === 'root' || (user === facts.user && facts.uid === 0);
}

/** What lets a change through that the user is not permitted. */
export function permissionFor({ user, facts }: Context): string {
  return user === facts.user ? 'Set become: true on the task' : 'Leave become_user out, so that it is root';
}

/**
 * The outcome; a change that is certain cannot come about where another user than root would make it. `what` is what is
 * changed.
 */
export function forRootAlone(outcome: Outcome, what: string, context: Context): Outcome {
  if (outcome.kind !== 'change' || outcome.certainty !== 'certain' || isRoot(context)) return outcome;
  return {
    kind: 'impossible',
    what: `${context.user} may not change ${what}; only root may`,
    remedy: `${permissionFor(context)}.`,
  };
}
