import type { Handler, Step } from '../../playbook/base/play.ts';
import { writtenName } from '../../playbook/base/written-title.ts';
import type { TaskIdentity } from '../base/events.ts';
import { type Frame, isHandler } from '../base/frame.ts';
import { identityOfStep } from '../base/task-identity.ts';
import { type Batch, type RunContext, keyOf } from '../context/context.ts';
import { allReached } from '../context/wait-for-hosts.ts';
import type { HostState } from '../host/host-state.ts';
import type { Stop } from '../order/itinerary.ts';
import { aggregate, skippedTurn } from './task-results.ts';

/** A host that is about to run a step. */
export interface BeforeStep {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  readonly stop: Stop;
  readonly frame: Frame;
  /** Throws HostStops if the host may not begin the step. */
  readonly mayGoOn: () => void;
}

/**
 * Returns whether the operator declines a task or an include under `--step`. A declined step counts as skipped. For
 * handlers the question is asked once, see `isHandlerDeclined`.
 */
export async function isDeclined(before: BeforeStep, step: Step): Promise<boolean> {
  const { context, host, frame, stop } = before;
  if (context.stepping === undefined || isHandler(frame) || step.kind === 'block' || step.kind === 'meta') return false;
  const identity =
    step.kind === 'task'
      ? context.identities.of(step, host.variables.scope(step), frame)
      : { ...identityOfStep(step, false), name: writtenName(step) };
  if (await isWanted(before, keyOf(stop), identity)) return false;
  host.count('skipped');
  context.emit({
    type: 'task_finished',
    host: host.name,
    delegatedTo: undefined,
    task: identity,
    item: undefined,
    outcome: { kind: 'skipped', why: 'it was declined' },
    result: undefined,
    milliseconds: 0,
  });
  if (step.kind === 'task' && step.register !== undefined)
    host.variables.remember(step.register, step.loop === undefined ? skippedTurn(undefined).value : aggregate([]));
  return true;
}

/** Like `isDeclined`, for a handler. A declined handler stays owed. */
export async function isHandlerDeclined(before: BeforeStep, handler: Handler): Promise<boolean> {
  const identity = { ...identityOfStep(handler.step, true), name: handler.written };
  return !(await isWanted(before, `handler ${handler.name}`, identity));
}

/** In lock-step, the question is asked after all hosts have reached the step. */
async function isWanted(before: BeforeStep, key: string, task: TaskIdentity): Promise<boolean> {
  const { context, batch, stop, frame, mayGoOn } = before;
  const { stepping } = context;
  if (stepping === undefined) return true;
  if (!frame.alone) await allReached(context, batch, stop.at);
  mayGoOn();
  const hosts = batch.hosts.filter(({ status }) => status === 'active').map(({ name }) => name);
  const wanted = await context.underWay.during(() => stepping.wants(batch, key, { task, hosts }));
  mayGoOn();
  return wanted;
}
