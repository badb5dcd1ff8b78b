import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Connection } from '../../connection/connection.ts';

/** Pauses between two attempts, in milliseconds; the last one repeats. */
const PAUSES_MS = [500, 1000, 2000, 4000];

/**
 * Repeats attempts to connect until one succeeds, or until the time is over and the minimal number of attempts was
 * made: for a host that is expected to be away for a while. A failed attempt has started nothing on the host. A host
 * that shows a wrong key is not tried again. Throws the Unreachable of the last attempt.
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

/**
 * Returns whether another attempt may help. A host that is booting may refuse logins and shells for many reasons, but
 * its key does not change.
 */
function isWorthWaiting(error: unknown): boolean {
  return error instanceof Unreachable && error.code !== 'stopped' && !error.code.startsWith('host-key-');
}
