import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../engine/errors/problem.ts';

export interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** A remedy if the time is over. */
  readonly remedy?: string;
}

const PAUSE_MS = 50;

/**
 * Repeats `condition` until it returns true.
 * @throws Problem `lab-timeout` after `timeoutMs`; the reason of the signal if it is aborted.
 */
export async function until(what: string, condition: () => Promise<boolean>, patience: Patience): Promise<void> {
  const end = performance.now() + patience.timeoutMs;
  while (!(await condition())) {
    patience.signal?.throwIfAborted();
    if (performance.now() > end) {
      throw new Problem({
        code: 'lab-timeout',
        what: `waited ${Math.round(patience.timeoutMs / 1000)} s in vain until ${what}`,
        remedy: patience.remedy,
      });
    }
    await pause(PAUSE_MS, undefined, patience.signal === undefined ? {} : { signal: patience.signal });
  }
}
