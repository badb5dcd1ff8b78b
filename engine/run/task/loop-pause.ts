import { setTimeout as wait } from 'node:timers/promises';
import type { Loop } from '../../playbook/base/play.ts';
import { whileDoing } from '../base/live-events.ts';
import type { RunContext } from '../context/context.ts';

/** Waits for `milliseconds`, or until the operator stops the run. */
export async function pauseFor(milliseconds: number, interrupt: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: interrupt }).catch(() => undefined);
}

/**
 * Waits for `loop_control.pause` before every item except the first. It does not wait in a plan, or after the operator
 * has stopped the run.
 */
export async function pauseBetween(
  context: Pick<RunContext, 'mode' | 'interrupt' | 'interrupted' | 'live'>,
  host: string,
  loop: Pick<Loop, 'pauseSeconds'> | undefined,
  index: number,
): Promise<void> {
  if (loop === undefined || loop.pauseSeconds === 0 || index === 0 || context.mode === 'plan' || context.interrupted())
    return;
  const milliseconds = loop.pauseSeconds * 1000;
  const activity = { kind: 'pausing', milliseconds, prompt: undefined } as const;
  await whileDoing(context.live, { host, activity }, () => pauseFor(milliseconds, context.interrupt));
}
