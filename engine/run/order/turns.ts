import { Queue } from './queue.ts';

/** Runs work when a place is free, and returns its result. */
export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface Turns {
  /**
   * For hosts that are connected. They go before all hosts that wait for a connection, so that they finish before
   * others begin.
   */
  readonly connected: Turn;
  /** For hosts that must be connected first. */
  readonly connecting: Turn;
}

/** Limits the simultaneous work of both kinds together to `most`. */
export function turns(most: number): Turns {
  const connected = new Queue<() => void>();
  const connecting = new Queue<() => void>();
  let running = 0;
  const next = (): void => {
    running -= 1;
    const go = connected.take() ?? connecting.take();
    if (go === undefined) return;
    running += 1;
    go();
  };
  const inTurn =
    (queue: Queue<() => void>): Turn =>
    async (work) => {
      if (running >= most) await new Promise<void>((go) => queue.add(go));
      else running += 1;
      try {
        return await work();
      } finally {
        next();
      }
    };
  return { connected: inTurn(connected), connecting: inTurn(connecting) };
}
