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
  const connected = new Queue();
  const connecting = new Queue();
  let running = 0;
  const next = (): void => {
    running -= 1;
    const go = connected.take() ?? connecting.take();
    if (go === undefined) return;
    running += 1;
    go();
  };
  const inTurn =
    (queue: Queue): Turn =>
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

class Queue {
  #waiting: (() => void)[] = [];
  #taken = 0;

  add(go: () => void): void {
    this.#waiting.push(go);
  }

  take(): (() => void) | undefined {
    const go = this.#waiting[this.#taken];
    if (go === undefined) {
      this.#waiting = [];
      this.#taken = 0;
    } else this.#taken += 1;
    return go;
  }
}
