import { HostPositions } from '../../run/base/host-positions.ts';

/**
 * How far the hosts of a play are, by the tasks in the order in which the first host came to them. An event costs the
 * same however many hosts there are, and the slowest host as much as there are tasks between it and the first one.
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
   * The host has done something at the task. Gives the number of the task: a new one where the host comes to it again,
   * as to a handler.
   */
  come(host: string, task: string): number {
    const before = this.#at.of(host) ?? -1;
    const known = this.#numbers.get(task);
    const number = known === undefined || known < before ? this.#next++ : known;
    this.#numbers.set(task, number);
    this.#at.move(host, number);
    return number;
  }

  /** The host takes no more part. */
  leave(host: string): void {
    this.#at.leave(host);
  }

  /** The number of the task that the slowest host was at last; infinite without hosts. */
  get slowest(): number {
    return this.#at.slowest();
  }
}
