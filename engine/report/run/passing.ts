/**
 * How far the hosts of a play are, by the tasks in the order in which the first host came to them. An event costs the
 * same however many hosts there are, and the slowest host as much as there are tasks between it and the first one.
 */
export class Passing {
  readonly #numbers = new Map<string, number>();
  readonly #at = new Map<string, number>();
  readonly #hostsAt = new Map<number, number>();
  #next = 0;

  begin(hosts: readonly string[]): void {
    this.#numbers.clear();
    this.#at.clear();
    this.#hostsAt.clear();
    this.#next = 0;
    for (const host of hosts) this.#move(host, -1);
  }

  /**
   * The host has done something at the task. Gives the number of the task: a new one where the host comes to it again,
   * as to a handler.
   */
  come(host: string, task: string): number {
    const before = this.#at.get(host) ?? -1;
    const known = this.#numbers.get(task);
    const number = known === undefined || known < before ? this.#next++ : known;
    this.#numbers.set(task, number);
    this.#move(host, number);
    return number;
  }

  /** The host takes no more part. */
  leave(host: string): void {
    const before = this.#at.get(host);
    if (before === undefined) return;
    this.#at.delete(host);
    this.#drop(before);
  }

  /** The number of the task that the slowest host was at last; infinite without hosts. */
  get slowest(): number {
    let slowest = Number.POSITIVE_INFINITY;
    for (const number of this.#hostsAt.keys()) if (number < slowest) slowest = number;
    return slowest;
  }

  #move(host: string, number: number): void {
    const before = this.#at.get(host);
    if (before === number) return;
    if (before !== undefined) this.#drop(before);
    this.#at.set(host, number);
    this.#hostsAt.set(number, (this.#hostsAt.get(number) ?? 0) + 1);
  }

  #drop(number: number): void {
    const left = (this.#hostsAt.get(number) ?? 1) - 1;
    if (left === 0) this.#hostsAt.delete(number);
    else this.#hostsAt.set(number, left);
  }
}
