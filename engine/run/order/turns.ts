/** Runs work when it is its turn, and gives its outcome. */
export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface Turns {
  /**
   * For hosts that are connected: ahead of all that wait to be connected, so that they are done with before others
   * begin.
   */
  readonly connected: Turn;
  /** For hosts that are to be connected. */
  readonly connecting: Turn;
}

/** At most so many at the same time, of both kinds together. */
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
