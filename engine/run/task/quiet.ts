import type { Privilege } from '../../connection/base/target.ts';
import type { AnyModule, Apply, Change, Difference } from '../../modules/base/module.ts';
import type { Block, Task } from '../../playbook/base/play.ts';
import { Unknown } from '../../values/base/value.ts';
import { isHandler } from '../base/frame.ts';
import { mayStopAll } from './fatal-errors.ts';
import { type ItemRun, isDelegated } from './item.ts';

/** Returns whether the change of this turn may take changes of later turns along. */
export function mayTakeAlong(run: ItemRun): boolean {
  const { context, batch, frame, machine, task, prepared } = run;
  const isPlain = context.mode === 'play' && !batch.play.isOneByOne && context.stepping === undefined;
  const isAlone = frame.alone || frame.throttle !== undefined || isHandler(frame) || isDelegated(run);
  if (!isPlain || mayStopAll(batch, frame) || isAlone || machine.isController) return false;
  // A host that is the controller may change files that the tasks of other hosts read.
  for (const name of context.machines.controllers) if (batch.names.has(name)) return false;
  return isPassable(task, prepared.module) && prepared.timeoutMs === undefined && !context.asking.has(task);
}

/**
 * Returns whether no other host can notice when the task is run, by what is written in the playbook. So the answer is
 * the same for all hosts, also for those that the task skips.
 */
export function isPassable(task: Task, module: AnyModule): boolean {
  const decides = [
    task.delegateTo,
    task.runOnce,
    task.throttle,
    task.until,
    task.changedWhen,
    task.failedWhen,
    task.anyErrorsFatal,
    task.arguments.get('validate'),
  ];
  const pauses = task.loop?.pauseSeconds !== undefined;
  return module.isQuiet === true && !pauses && decides.every((one) => one === undefined);
}

/** Returns whether a block only holds its steps, so that a host enters it as if it were not there. */
export function isOnlyFrame({ rescue, always, throttle, anyErrorsFatal }: Block): boolean {
  return rescue.length === 0 && always.length === 0 && throttle === undefined && anyErrorsFatal === undefined;
}

/**
 * Returns the shell's proof of a change that may be made together with others; undefined if it must be made alone. All
 * that the change does must be in its script, and certain.
 */
export function proofOfQuiet(change: Change, apply: Apply): string | undefined {
  const { predictions, touches, certainty, differences, brings } = change;
  if (touches !== 'predicted' || certainty !== 'certain' || brings !== undefined || predictions.length === 0)
    return undefined;
  const { script: _, brief, repair: __, unsynced: ___, ...more } = apply;
  if (brief !== true || Object.values(more).some((one) => one !== undefined)) return undefined;
  if (!differences.every(isKnown)) return undefined;
  const proofs = predictions.map(({ request, state }) => request.kind.together?.proof(request.id, state));
  return proofs.includes(undefined) ? undefined : proofs.join(' && ');
}

/** Returns whether a report of the difference needs nothing that only the change brings. */
function isKnown(difference: Difference): boolean {
  switch (difference.kind) {
    case 'text':
      return !(difference.before instanceof Unknown) && !(difference.after instanceof Unknown);
    case 'field':
      return !(difference.before instanceof Unknown) && !(difference.after instanceof Unknown);
    case 'command':
      return false;
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

/** Returns whether both are the same user, reached in the same way. */
export function isSamePrivilege(one: Privilege, other: Privilege): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
