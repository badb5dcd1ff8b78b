import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Connection } from '../../connection/connection.ts';

/** Waits between two attempts, in milliseconds; the last one repeats. */
const PAUSES_MS = [500, 1000, 2000, 4000];

/**
 * Tries to connect until it works, or the time is over and it has been tried again so often: for a host that is expected to be away for a while. Nothing has
 * been started on it by an attempt that failed. A host that shows a wrong key is not tried again. Throws the last
 * attempt's Unreachable.
 */
export async function connectPatiently(
  open: () => Promise<Connection>,
  {
    timeoutMs,
    retries,
    signal,
  }: { readonly timeoutMs: number; readonly retries: number; readonly signal: AbortSignal },
): Promise<Connection> {
  const deadline = performance.now() + timeoutMs;
  const isOver = (attempt: number, pause: number): boolean =>
    attempt >= retries && performance.now() + pause > deadline;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 0;
      if (!isWorthWaiting(error) || signal.aborted || isOver(attempt, pause)) throw error;
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** While a host starts, logins and shells are refused in many ways; its key does not change by that. */
function isWorthWaiting(error: unknown): boolean {
  return error instanceof Unreachable && error.code !== 'stopped' && !error.code.startsWith('host-key-');
}
