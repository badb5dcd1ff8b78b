/** Tracks how far hosts are, as numbers. The cost of a move does not depend on the number of hosts. */
export class HostPositions {
  readonly #at = new Map<string, number>();
  readonly #hostsAt = new Map<number, number>();

  /** Returns the number of a host; undefined for a host that takes no part. */
  of(host: string): number | undefined {
    return this.#at.get(host);
  }

  move(host: string, number: number): void {
    const before = this.#at.get(host);
    if (before === number) return;
    if (before !== undefined) this.#drop(before);
    this.#at.set(host, number);
    this.#hostsAt.set(number, (this.#hostsAt.get(number) ?? 0) + 1);
  }

  /** Removes a host. */
  leave(host: string): void {
    const before = this.#at.get(host);
    if (before === undefined) return;
    this.#at.delete(host);
    this.#drop(before);
  }

  clear(): void {
    this.#at.clear();
    this.#hostsAt.clear();
  }

  /** Returns the number of the slowest host among those at `least` or further; infinity if there is none. */
  slowest(least = Number.NEGATIVE_INFINITY): number {
    let slowest = Number.POSITIVE_INFINITY;
    for (const number of this.#hostsAt.keys()) if (number >= least && number < slowest) slowest = number;
    return slowest;
  }

  #drop(number: number): void {
    const left = (this.#hostsAt.get(number) ?? 1) - 1;
    if (left === 0) this.#hostsAt.delete(number);
    else this.#hostsAt.set(number, left);
  }
}
