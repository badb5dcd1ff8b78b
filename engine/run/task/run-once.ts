import type { Include, Task } from '../../playbook/base/play.ts';
import { type Value, Unknown } from '../../values/base/value.ts';
import type { Compiled } from '../../values/compiled.ts';
import { flagOf } from '../base/flag.ts';
import { HostStops, TaskFailed } from '../base/signals.ts';
import { wrongType } from '../base/wrong-type.ts';
import { abort } from '../context/abort.ts';
import { type Batch, type OnceResult, type RunContext, keyOf } from '../context/context.ts';
import { allReached } from '../context/wait-for-hosts.ts';
import type { HostState } from '../host/host-state.ts';
import type { Stop } from '../order/itinerary.ts';

/**
 * Returns whether one host does the step for all. The variables of the first host of the batch decide, so that all
 * hosts get the same answer.
 */
export function isOnce(batch: Batch, stop: Stop, step: Task | Include, host: HostState): boolean {
  const { runOnce } = step;
  if (runOnce === undefined) return false;
  if (typeof runOnce.literal === 'boolean') return runOnce.literal;
  const key = keyOf(stop);
  let answer = batch.isOnce.get(key);
  if (answer === undefined) {
    const value = flagOf('run_once', runOnce, (batch.hosts[0] ?? host).variables.scope(step));
    if (value instanceof Unknown) throw wrongType('run_once', 'known before the step', runOnce.place);
    batch.isOnce.set(key, (answer = value));
  }
  return answer;
}

export interface OnceOptions {
  readonly context: Pick<RunContext, 'underWay'>;
  readonly batch: Batch;
  readonly host: HostState;
  readonly stop: Stop;
  /** True if the host waits for the others of the batch. */
  readonly inStep: boolean;
  /** Throws if the host may not continue. */
  readonly mayGoOn: () => void;
  /** The work of the one host. Resolves to the variables that it has registered and set. */
  readonly work: () => Promise<ReadonlyMap<string, Compiled | Value>>;
}

/**
 * Lets one host do a step, and the others take over the variables that it registered and set. In lock-step it is the
 * first host of the batch that has reached the step, so that every run chooses the same. If it fails, the others have
 * failed too: a rescue around the step applies to all of them.
 */
export async function once(options: OnceOptions): Promise<void> {
  const { batch, host, stop } = options;
  const { underWay } = options.context;
  const key = keyOf(stop);
  if (batch.barrier !== undefined && options.inStep) {
    await allReached(options.context, batch, stop.at);
    options.mayGoOn();
    // Once it has begun, nobody needs to search for the leader among many hosts.
    if (!batch.once.has(key)) {
      const leader = batch.hosts.find((one) => batch.barrier?.standsAt(one.name, stop.at));
      if (leader !== host) await underWay.during(() => begun(batch, key));
    }
  }
  const known = batch.once.get(key);
  if (known === undefined) return await lead(options, key);
  const result = await underWay.during(() => known);
  if (result.kind === 'done') {
    host.variables.takeOver(result.remembered);
    return;
  }
  if (result.error instanceof TaskFailed)
    throw new TaskFailed(result.error.problem, result.error.task, { elsewhere: true });
  // If the one host ended by `meta`, the others may continue.
  if (!(result.error instanceof HostStops)) throw new HostStops('aborted');
}

async function lead({ batch, host, work }: OnceOptions, key: string): Promise<void> {
  const done = work().then(
    (remembered): OnceResult => ({ kind: 'done', remembered }),
    (error: unknown): OnceResult => ({ kind: 'failed', error }),
  );
  batch.once.set(key, done);
  for (const go of batch.onceWaiting.get(key) ?? []) go();
  const result = await done;
  if (result.kind === 'done') return;
  if (!(result.error instanceof TaskFailed || result.error instanceof HostStops))
    abort(batch, { kind: 'fatal', why: `${host.name} was lost during a task that one host runs for all` }, host);
  throw result.error;
}

async function begun(batch: Batch, key: string): Promise<void> {
  if (batch.once.has(key)) return;
  await new Promise<void>((go) => {
    const waiting = batch.onceWaiting.get(key);
    if (waiting === undefined) batch.onceWaiting.set(key, [go]);
    else waiting.push(go);
  });
}
