import pLimit from 'p-limit';

/**
 * Handshakes at a time for near servers. More would not be faster (measured: a handshake costs the server's time, not
 * ours), and would exceed MaxStartups, 10 by default. A handshake with a far server mostly waits, about seven round
 * trips, so ten at a time would make a long queue.
 */
const AT_ONCE = 10;
const MOST_AT_ONCE = 100;
/**
 * Ten more handshakes are allowed for each of these intervals until the first message of the server. A near server
 * needs less time to start a process. Milliseconds.
 */
const STEP_MS = 20;
/**
 * Number of recent servers. The fastest of them gives the distance, because the others may have waited for this
 * program, or may have been busy.
 */
const REMEMBERED = 10;

/** Measures the time from the connection to a server until its first message. Only the first call counts. */
export interface FirstWord {
  readonly came: () => void;
  readonly stayedAway: () => void;
}

/** Limits the simultaneous handshakes of one run. */
export class HandshakeLimiter {
  readonly #turns = pLimit(AT_ONCE);
  readonly #distances: number[] = [];
  #isWary = false;
  /** Time since servers are waited for, while none has ever sent a message. */
  #waiting: number | undefined;
  #waitingFor = 0;

  /** Runs a handshake when a permit is free. */
  withPermit<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns(work);
  }

  /** Starts to measure the time that shows how far the server is. */
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
   * Until the very first message, the time that has passed is a lower bound for the distance, so that nobody must wait
   * for the message.
   */
  #watch(since: number): void {
    const step = setTimeout(() => {
      // Runs after data that has already arrived, because this program may have been busy.
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
   * Records that a server hung up during a handshake, perhaps because there were too many: from now on the limit is the
   * one for near servers.
   */
  noteDrop(): void {
    this.#isWary = true;
    this.#turns.concurrency = AT_ONCE;
  }
}

/**
 * Returns the number of simultaneous handshakes for the given distances: milliseconds from the TCP connection to the
 * first message, for the last servers.
 */
export function handshakesAtOnce(distancesMs: readonly number[]): number {
  const distance = Math.min(...distancesMs);
  return Number.isFinite(distance) ? Math.min(MOST_AT_ONCE, AT_ONCE * (1 + Math.floor(distance / STEP_MS))) : AT_ONCE;
}
