/**
 * Lock-step of the linear strategy: no host changes anything for a task before every other host has
 * finished the tasks ahead of it. Looking does not wait.
 */
export class Barrier {
  readonly #progress = new Map<string, number>();
  readonly #count = new Map<number, number>();
  #waiting: { readonly at: number; readonly go: () => void }[] = [];

  constructor(hosts: readonly string[]) {
    for (const host of hosts) this.#move(host, 0);
  }

  /** The host has finished whatever comes before `at`. */
  reach(host: string, at: number): void {
    const before = this.#progress.get(host);
    if (before === undefined || before === at) return;
    this.#move(host, at);
    this.#wake();
  }

  /** The host takes no more part: it is through, or it failed. */
  leave(host: string): void {
    const before = this.#progress.get(host);
    if (before === undefined) return;
    this.#progress.delete(host);
    this.#drop(before);
    this.#wake();
  }

  /** The task that the host stands before or is at; nothing where it takes no more part. */
  placeOf(host: string): number | undefined {
    return this.#progress.get(host);
  }

  /** True where the host takes part and has come exactly so far: it stands before that task. */
  standsAt(host: string, at: number): boolean {
    return this.#progress.get(host) === at;
  }

  /** Whether every host that still takes part has reached `at`. */
  isReached(at: number): boolean {
    return this.#slowest() >= at;
  }

  /** Resolves when every host that still takes part has reached `at`. */
  async allReached(at: number): Promise<void> {
    if (this.isReached(at)) return;
    await new Promise<void>((go) => this.#waiting.push({ at, go }));
  }

  #move(host: string, at: number): void {
    const before = this.#progress.get(host);
    if (before !== undefined) this.#drop(before);
    this.#progress.set(host, at);
    this.#count.set(at, (this.#count.get(at) ?? 0) + 1);
  }

  #drop(at: number): void {
    const left = (this.#count.get(at) ?? 1) - 1;
    if (left === 0) this.#count.delete(at);
    else this.#count.set(at, left);
  }

  #slowest(): number {
    let slowest = Number.POSITIVE_INFINITY;
    for (const at of this.#count.keys()) if (at < slowest) slowest = at;
    return slowest;
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const slowest = this.#slowest();
    const ready = this.#waiting.filter((one) => one.at <= slowest);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => one.at > slowest);
    for (const one of ready) one.go();
  }
}
