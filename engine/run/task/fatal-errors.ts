import type { Step } from '../../playbook/base/play.ts';
import { flagOrTrue } from '../base/flag.ts';
import { type Frame, isWithin } from '../base/frame.ts';
import { HostGone, HostStops, TaskFailed } from '../base/signals.ts';
import { abort } from '../context/abort.ts';
import type { Batch } from '../context/context.ts';
import type { HostState } from '../host/host-state.ts';

/** Returns whether a failure of one host at a step may end the play for the others. */
export function mayStopAll({ pace }: Batch, { fatal }: Frame): boolean {
  return pace.anyErrorsFatal || pace.maxFailPercentage !== undefined || fatal !== undefined;
}

/** Throws HostStops if the play has ended for a host that is about to run the step at `at`. An `always` still runs. */
export function stopIfEnded({ aborted }: Batch, { always }: Frame, at: number): void {
  if (aborted === undefined || at <= aborted.upTo) return;
  const isSpared = aborted.sparesAlways && always !== undefined && !isWithin(aborted.upTo, always);
  if (!isSpared) throw new HostStops('aborted');
}

/** Returns whether the play has ended for the host in a way that still lets its `always` run. */
export function isSparedAlways({ aborted }: Batch, error: unknown): boolean {
  return error instanceof HostStops && error.reason === 'aborted' && aborted?.sparesAlways === true;
}

/** An error that ended a step of a host. */
export interface StepError {
  readonly batch: Batch;
  readonly host: HostState;
  readonly frame: Frame;
  readonly step: Step;
  readonly error: TaskFailed | HostGone;
  /** True if the host did the step for all hosts. */
  readonly forAll: boolean;
}

/** Ends the play for all hosts if the error is fatal and no rescue around the step catches it. */
export function weigh({ batch, host, frame, step, error, forAll }: StepError): void {
  if (error instanceof TaskFailed && (error.elsewhere || frame.isRescued)) return;
  if (!forAll && !isFatal(batch, host, frame, step)) return;
  const what = error instanceof HostGone ? 'was lost' : 'failed';
  const because = forAll ? 'which one host does for all' : 'where any error is fatal for all';
  abort(batch, { kind: 'fatal', why: `${host.name} ${what} at ${step.id}, ${because}` }, host);
}

/** Evaluates `any_errors_fatal` of the step itself, of the nearest block, or of the play. */
function isFatal(batch: Batch, host: HostState, { fatal }: Frame, step: Step): boolean {
  const nearest = step.kind === 'task' && step.anyErrorsFatal !== undefined ? step : fatal;
  if (nearest?.anyErrorsFatal === undefined) return batch.pace.anyErrorsFatal;
  return flagOrTrue('any_errors_fatal', nearest.anyErrorsFatal, host.variables.scope(nearest));
}
