import { setTimeout as wait } from 'node:timers/promises';
import type { Loop } from '../../playbook/base/play.ts';
import type { RunContext } from '../context/context.ts';

/**
 * `loop_control.pause`: waits ahead of every item but the first. A plan does not wait, and an operator who stops the
 * run does not either.
 */
export async function pauseBetween(
  context: Pick<RunContext, 'mode' | 'interrupt' | 'interrupted'>,
  loop: Pick<Loop, 'pauseSeconds'> | undefined,
  index: number,
): Promise<void> {
  if (loop === undefined || loop.pauseSeconds === 0 || index === 0 || context.mode === 'plan' || context.interrupted())
    return;
  await wait(loop.pauseSeconds * 1000, undefined, { signal: context.interrupt }).catch(() => undefined);
}
