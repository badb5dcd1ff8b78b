import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { Context, Outcome } from '../base/module.ts';
import { forRootAlone, isRoot } from '../base/root-alone.ts';

/** What has polkit started, which may let others than root change units. */
const POLKIT = '/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service';

/** The requests that show who may change units. */
export function unitPermission(context: Pick<Context, 'user' | 'facts'>): readonly Request[] {
  return isRoot(context) ? [] : [file(POLKIT, 'target')];
}

/** The outcome. Without polkit only root may change units. With polkit its rules decide at the moment of the change. */
export function forUnits(outcome: Outcome, what: string, seen: Seen, context: Context): Outcome {
  if (outcome.kind !== 'change' || outcome.certainty !== 'certain' || isRoot(context)) return outcome;
  return seen.of(file(POLKIT, 'target')).type === 'absent'
    ? forRootAlone(outcome, what, context)
    : { ...outcome, certainty: 'after_change', doubt: 'the rules of polkit decide' };
}
