/** What waits for each signal, in its order. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` once, when `signal` is aborted, unless it was forgotten before; `act` must not throw. For a signal that
 * all connections share: Node compares each new listener with all that are there, which for thousands of hosts is more
 * than all else that dialling does. A signal that is aborted already calls nothing, nor does none. Gives what forgets
 * it.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  const acts = waiting.get(signal) ?? listen(signal);
  // Its own, as the same function may wait twice.
  const own = (): void => act();
  acts.add(own);
  return () => void acts.delete(own);
}

function listen(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  signal.addEventListener('abort', () => callAll(acts), { once: true });
  return acts;
}

function callAll(acts: Set<() => void>): void {
  for (const act of acts) {
    acts.delete(act);
    act();
  }
}
