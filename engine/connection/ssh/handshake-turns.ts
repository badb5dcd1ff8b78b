import pLimit from 'p-limit';

/**
 * More at once gains nothing where servers are near (measured: a handshake costs the server, not us) and runs into
 * MaxStartups, 10 by default. Where they are far, a handshake is waiting, about seven round trips, and ten at a time
 * would make a long queue.
 */
const AT_ONCE = 10;
const MOST_AT_ONCE = 100;
/**
 * One more ten at once for so many milliseconds until the server's first word: less is what a near one needs to start a
 * process.
 */
const STEP_MS = 20;
/**
 * Of so many servers the quickest one tells the distance: the others may have waited for this program, or been busy.
 */
const REMEMBERED = 10;

/** A server has just been connected to and is to say its first word. What is told first counts. */
export interface FirstWord {
  readonly came: () => void;
  readonly stayedAway: () => void;
}

/** How many handshakes of one run go on at the same time. */
export class HandshakeLimiter {
  readonly #turns = pLimit(AT_ONCE);
  readonly #distances: number[] = [];
  #isWary = false;
  /** Since when servers are waited for, none of which has ever said a word. */
  #waiting: number | undefined;
  #waitingFor = 0;

  /** Runs a handshake when it is its turn. */
  withPermit<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns(work);
  }

  /** From here on the time counts that tells how far the server is. */
  expectFirstWord(): FirstWord {
    const began = performance.now();
    this.#waitingFor += 1;
    if (this.#waiting === undefined && this.#distances.length === 0) this.#watch((this.#waiting = began));
    let expected = true;
    const settle = (distanceMs: number | undefined): void => {
      if (!expected) return;
      expected = false;
      this.#waitingFor -= 1;
      if (distanceMs !== undefined) this.#noteDistance(distanceMs);
    };
    return { came: () => settle(performance.now() - began), stayedAway: () => settle(undefined) };
  }

  /**
   * Until the very first word, the time that has gone by tells how far the servers are at least: nobody has to wait for
   * the word to know.
   */
  #watch(since: number): void {
    const step = setTimeout(() => {
      // Behind what has come already: this program may have been busy.
      setImmediate(() => {
        if (this.#waitingFor === 0) this.#waiting = undefined;
        if (this.#isWary || this.#distances.length > 0 || this.#waitingFor === 0) return;
        this.#turns.concurrency = handshakesAtOnce([performance.now() - since]);
        if (this.#turns.concurrency < MOST_AT_ONCE) this.#watch(since);
      });
    }, STEP_MS);
    step.unref();
  }

  #noteDistance(ms: number): void {
    this.#distances.push(ms);
    if (this.#distances.length > REMEMBERED) this.#distances.shift();
    if (!this.#isWary) this.#turns.concurrency = handshakesAtOnce(this.#distances);
  }

  /**
   * A server hung up on a handshake, perhaps as there were too many: from here on there are as few as where servers are
   * near.
   */
  noteDrop(): void {
    this.#isWary = true;
    this.#turns.concurrency = AT_ONCE;
  }
}

/**
 * How many handshakes go on at the same time, by the milliseconds that the last servers' first words took from the TCP
 * connection on.
 */
export function handshakesAtOnce(distancesMs: readonly number[]): number {
  const distance = Math.min(...distancesMs);
  return Number.isFinite(distance) ? Math.min(MOST_AT_ONCE, AT_ONCE * (1 + Math.floor(distance / STEP_MS))) : AT_ONCE;
}
