import { Queue } from './queue.ts';

/**
 * Lets a host begin its play only while fewer than `most` hosts are under way: they have begun, have not ended, and
 * wait neither for other hosts nor for time to pass. So a run connects to no more hosts than it can work on.
 *
 * A host under way needs no host that has not begun yet. So it ends or waits some time later, and the next one begins:
 * all hosts begin at last, whatever they wait for. This holds only if each wait for another host is inside `aside`.
 */
export class HostsUnderWay {
  readonly #most: number;
  readonly #toBegin = new Queue<() => void>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits until the host may begin, in the order of the calls. Resolves to a function that ends the host. */
  async begin(): Promise<() => void> {
    if (this.#count < this.#most) this.#count += 1;
    else await new Promise<void>((go) => this.#toBegin.add(go));
    return once(() => this.#leave());
  }

  /** A host under way begins to wait. Returns a function that ends the wait: the host then goes on at once. */
  aside(): () => void {
    this.#leave();
    return once(() => (this.#count += 1));
  }

  /** Runs `wait`. The host is not under way meanwhile. */
  async during<Result>(wait: () => Promise<Result>): Promise<Result> {
    const goOn = this.aside();
    try {
      return await wait();
    } finally {
      goOn();
    }
  }

  #leave(): void {
    this.#count -= 1;
    // Hosts that have waited go on without asking, so more than `most` may be under way.
    if (this.#count >= this.#most) return;
    const go = this.#toBegin.take();
    if (go === undefined) return;
    this.#count += 1;
    go();
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
