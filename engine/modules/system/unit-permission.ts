import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { Context, Outcome } from '../base/module.ts';
import { forRootAlone, isRoot } from '../base/root-alone.ts';

/** The file by which polkit is started. polkit may permit others than root to change units. */
const POLKIT = '/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service';

/** Returns the requests that show who may change units. */
export function unitPermission(context: Pick<Context, 'user' | 'facts'>): readonly Request[] {
  return isRoot(context) ? [] : [file(POLKIT, 'target')];
}

/**
 * Returns the outcome with the permission of the user: without polkit, only root may change units; with polkit, its
 * rules decide at the moment of the change.
 */
export function forUnits(outcome: Outcome, what: string, seen: Seen, context: Context): Outcome {
  if (outcome.kind !== 'change' || outcome.certainty !== 'certain' || isRoot(context)) return outcome;
  return seen.of(file(POLKIT, 'target')).type === 'absent'
    ? forRootAlone(outcome, what, context)
    : { ...outcome, certainty: 'after_change', doubt: 'the rules of polkit decide' };
}
