import { HostPositions } from '../base/host-positions.ts';

/**
 * Lock-step of the linear strategy: no host changes anything for a task before every other host has finished the tasks
 * before it. Looks do not wait.
 */
export class Barrier {
  readonly #progress = new HostPositions();
  /** By the number that they wait for, so that a move that wakes nobody costs the same with any number of hosts. */
  readonly #waiting = new Map<number, (() => void)[]>();

  constructor(hosts: readonly string[]) {
    for (const host of hosts) this.#progress.move(host, 0);
  }

  /** The host has finished everything before `at`. */
  reach(host: string, at: number): void {
    const before = this.#progress.of(host);
    if (before === undefined || before === at) return;
    this.#progress.move(host, at);
    this.#wake();
  }

  /** The host takes no more part: it has finished, or it failed. */
  leave(host: string): void {
    if (this.#progress.of(host) === undefined) return;
    this.#progress.leave(host);
    this.#wake();
  }

  /** Returns the number of the host's current or next task; undefined if it takes no more part. */
  placeOf(host: string): number | undefined {
    return this.#progress.of(host);
  }

  /** Returns whether the host takes part and is exactly at this number. */
  standsAt(host: string, at: number): boolean {
    return this.#progress.of(host) === at;
  }

  /** Returns whether every host that still takes part has reached `at`. */
  isReached(at: number): boolean {
    return this.#progress.slowest() >= at;
  }

  /** Resolves when every host that still takes part has reached `at`. */
  async allReached(at: number): Promise<void> {
    if (this.isReached(at)) return;
    await new Promise<void>((go) => {
      const others = this.#waiting.get(at);
      if (others === undefined) this.#waiting.set(at, [go]);
      else others.push(go);
    });
  }

  #wake(): void {
    if (this.#waiting.size === 0) return;
    const slowest = this.#progress.slowest();
    for (const [at, hosts] of this.#waiting) {
      if (at > slowest) continue;
      this.#waiting.delete(at);
      for (const go of hosts) go();
    }
  }
}
