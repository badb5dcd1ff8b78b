import type { HostState } from '../host/host-state.ts';
import type { Batch, RunContext } from './context.ts';

/** Like `allReached`. Reports that the host waits. */
export async function waitForHosts(context: RunContext, batch: Batch, host: HostState, at: number): Promise<void> {
  if (batch.barrier?.isReached(at) === false)
    context.live({ host: host.name, activity: { kind: 'waiting_for_hosts' } });
  await allReached(context, batch, at);
}

/**
 * Resolves when every host of the batch that still takes part has reached `at`; immediately if hosts do not run in
 * lock-step. The host that waits is not under way.
 */
export async function allReached(
  { underWay }: Pick<RunContext, 'underWay'>,
  { barrier }: Batch,
  at: number,
): Promise<void> {
  if (barrier === undefined || barrier.isReached(at)) return;
  await underWay.during(() => barrier.allReached(at));
}
