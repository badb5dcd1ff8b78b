import { HostPositions } from '../../run/base/host-positions.ts';

/**
 * Tracks how far the hosts of a play are, by the tasks in the order in which the first host reached them. The time for
 * an event does not depend on the number of hosts. Only an event of the slowest host takes longer the more tasks there
 * are between it and the first host.
 */
export class Passing {
  readonly #numbers = new Map<string, number>();
  readonly #at = new HostPositions();
  #next = 0;

  begin(hosts: readonly string[]): void {
    this.#numbers.clear();
    this.#at.clear();
    this.#next = 0;
    for (const host of hosts) this.#at.move(host, -1);
  }

  /**
   * Records that a host has reached a task. Returns the number of the task: a new one if the host reaches it again,
   * such as a handler.
   */
  come(host: string, task: string): number {
    const before = this.#at.of(host) ?? -1;
    const known = this.#numbers.get(task);
    const number = known === undefined || known < before ? this.#next++ : known;
    this.#numbers.set(task, number);
    this.#at.move(host, number);
    return number;
  }

  /** Removes a host. */
  leave(host: string): void {
    this.#at.leave(host);
  }

  /** The number of the last task of the slowest host; infinity without hosts. */
  get slowest(): number {
    return this.#at.slowest();
  }
}
