import pLimit from 'p-limit';

/**
 * More at once gains nothing where servers are near (measured: a handshake costs the server, not us) and runs into MaxStartups, 10 by
 * default. Where they are far, a handshake is waiting, about seven round trips, and ten at a time would make a long queue.
 */
const AT_ONCE = 10;
const MOST_AT_ONCE = 100;
/** One more ten at once for so many milliseconds until the server's first word: less is what a near one needs to start a process. */
const STEP_MS = 20;
/** Of so many servers the quickest one tells the distance: the others may have waited for this program, or been busy. */
const REMEMBERED = 10;

const turns = pLimit(AT_ONCE);
const distances: number[] = [];
let isWary = false;

/** Runs a handshake when it is its turn. */
export function handshakeTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  return turns(work);
}

/** How long a server's first word took, from the TCP connection on. Milliseconds. */
export function noteDistance(ms: number): void {
  distances.push(ms);
  if (distances.length > REMEMBERED) distances.shift();
  if (!isWary) turns.concurrency = handshakesAtOnce(distances);
}

/** A server hung up on a handshake, perhaps as there were too many: from here on there are as few as where servers are near. */
export function noteDrop(): void {
  isWary = true;
  turns.concurrency = AT_ONCE;
}

/** How many handshakes go on at the same time, by the milliseconds of the last servers' first words. */
export function handshakesAtOnce(distancesMs: readonly number[]): number {
  const distance = Math.min(...distancesMs);
  return Number.isFinite(distance) ? Math.min(MOST_AT_ONCE, AT_ONCE * (1 + Math.floor(distance / STEP_MS))) : AT_ONCE;
}
