import { setTimeout as wait } from 'node:timers/promises';
import type { Loop } from '../../playbook/base/play.ts';
import { amountOf } from '../../values/base/amount.ts';
import type { Scope } from '../../values/base/value.ts';
import { resolveWritten } from '../../values/compiled.ts';
import { wrongType } from '../base/wrong-type.ts';
import type { RunContext } from '../context/context.ts';
import { whileWaiting } from '../context/while-waiting.ts';

/** Waits for `milliseconds`, or until the operator stops the run. */
export async function pauseFor(milliseconds: number, interrupt: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: interrupt }).catch(() => undefined);
}

/**
 * Waits for `loop_control.pause` before every item except the first. It does not wait in a plan, or after the operator
 * has stopped the run. Throws Problem if the pause is no number.
 */
export async function pauseBetween(
  context: Pick<RunContext, 'mode' | 'interrupt' | 'interrupted' | 'live' | 'underWay'>,
  { host, scope }: { readonly host: string; readonly scope: Scope },
  loop: Pick<Loop, 'pauseSeconds'> | undefined,
  index: number,
): Promise<void> {
  const pause = loop?.pauseSeconds;
  if (pause === undefined || index === 0 || context.mode === 'plan' || context.interrupted()) return;
  const seconds = amountOf(resolveWritten(pause, scope) ?? 0);
  if (seconds === undefined) throw wrongType('pause', 'a number of seconds', pause.place);
  if (seconds === 0) return;
  const milliseconds = seconds * 1000;
  const activity = { kind: 'pausing', milliseconds, prompt: undefined } as const;
  await whileWaiting(context, { host, activity }, () => pauseFor(milliseconds, context.interrupt));
}
