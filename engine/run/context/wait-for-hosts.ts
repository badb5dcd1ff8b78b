import type { HostState } from '../host/host-state.ts';
import type { Batch, RunContext } from './context.ts';

/**
 * Resolves when every host of the batch that still takes part has reached `at`; immediately if hosts do not run in
 * lock-step.
 */
export async function waitForHosts(context: RunContext, batch: Batch, host: HostState, at: number): Promise<void> {
  const { barrier } = batch;
  if (barrier === undefined) return;
  if (barrier.isReached(at)) return;
  context.live({ host: host.name, activity: { kind: 'waiting_for_hosts' } });
  await context.underWay.during(() => barrier.allReached(at));
}
