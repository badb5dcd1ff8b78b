/** Callbacks that wait for each signal, in their order. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` once when `signal` is aborted; `act` must not throw. Returns a function that cancels this. If the signal
 * is undefined or already aborted, `act` is not called. It serves signals that all connections share: Node compares
 * each new listener with all existing ones, which takes longer for thousands of hosts than everything else in dialling.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  const acts = waiting.get(signal) ?? listen(signal);
  // A function of its own, because the same `act` may be registered twice.
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
