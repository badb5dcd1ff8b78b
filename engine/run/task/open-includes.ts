import { type Place, Problem } from '../../errors/problem.ts';
import { hears } from '../../playbook/base/handler-names.ts';
import type { Handler, Include, Step } from '../../playbook/base/play.ts';
import { walkSteps } from '../../playbook/base/select-tasks.ts';
import type { Scope } from '../../values/base/value.ts';
import { nameableNotifies } from '../handlers/notified-names.ts';
import type { Approval } from '../saved-plan/approval.ts';
import { refuseIncluded } from '../slices/slice-plays.ts';
import type { BeforeStep } from './declined-step.ts';

/**
 * Maximal number of steps that includes may add for one host in one play: a file that includes itself in a loop doubles
 * each time.
 */
const MOST_INCLUDED = 100_000;

export interface OpenedInclude {
  readonly include: Include;
  readonly steps: readonly Step[];
  readonly handlers: readonly Handler[];
  readonly scope: Scope;
}

/** Records an include that a plan could not resolve as announced: its steps, and the handlers that they call for. */
export function leaveOpenWithin(
  approval: Approval | undefined,
  host: string,
  { include, steps, handlers, scope }: OpenedInclude,
): void {
  if (approval?.isOpen(host, include) !== true) return;
  for (const step of walkSteps(steps)) {
    approval.leaveOpen(host, step);
    if (step.kind !== 'task') continue;
    const names = nameableNotifies(step, scope, handlers);
    const called = handlers.filter((handler) => names.some((name) => hears(handler, name)));
    for (const handler of called) for (const inner of walkSteps([handler.step])) approval.leaveOpen(host, inner);
  }
}

/**
 * Adds up the steps of includes. Throws Problem if there are too many to be intended, and Problems for steps that would
 * mean something else in slices.
 */
export function admitIncluded(
  before: number,
  steps: readonly Step[],
  { place, batch, context }: Pick<BeforeStep, 'batch' | 'context'> & { readonly place: Place },
): number {
  refuseIncluded(steps, { play: batch.play, slice: batch.slice, selection: context.selection });
  const count = before + 1 + steps.length;
  if (count <= MOST_INCLUDED) return count;
  throw new Problem({
    code: 'too-many-steps',
    what: `includes have brought more than ${MOST_INCLUDED} steps to the host`,
    place,
    remedy: 'Check whether a file includes itself in a loop. To repeat a task for many items, use loop.',
  });
}
