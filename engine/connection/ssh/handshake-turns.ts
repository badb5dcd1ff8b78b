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
/** Since when servers are waited for, none of which has ever said a word. */
let waiting: number | undefined;
let waitingFor = 0;

/** Runs a handshake when it is its turn. */
export function handshakeTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  return turns(work);
}

/** A server has just been connected to and is to say its first word. What is told first counts. */
export interface FirstWord {
  readonly came: () => void;
  readonly stayedAway: () => void;
}

/** From here on the time counts that tells how far the server is. */
export function expectFirstWord(): FirstWord {
  const began = performance.now();
  waitingFor += 1;
  if (waiting === undefined && distances.length === 0) watch((waiting = began));
  let expected = true;
  const settle = (distanceMs: number | undefined): void => {
    if (!expected) return;
    expected = false;
    waitingFor -= 1;
    if (distanceMs !== undefined) noteDistance(distanceMs);
  };
  return { came: () => settle(performance.now() - began), stayedAway: () => settle(undefined) };
}

/** Until the very first word, the time that has gone by tells how far the servers are at least: nobody has to wait for the word to know. */
function watch(since: number): void {
  const step = setTimeout(() => {
    // Behind what has come already: this program may have been busy.
    setImmediate(() => {
      if (waitingFor === 0) waiting = undefined;
      if (isWary || distances.length > 0 || waitingFor === 0) return;
      turns.concurrency = handshakesAtOnce([performance.now() - since]);
      if (turns.concurrency < MOST_AT_ONCE) watch(since);
    });
  }, STEP_MS);
  step.unref();
}

function noteDistance(ms: number): void {
  distances.push(ms);
  if (distances.length > REMEMBERED) distances.shift();
  if (!isWary) turns.concurrency = handshakesAtOnce(distances);
}

/** A server hung up on a handshake, perhaps as there were too many: from here on there are as few as where servers are near. */
export function noteDrop(): void {
  isWary = true;
  turns.concurrency = AT_ONCE;
}

/** How many handshakes go on at the same time, by the milliseconds that the last servers' first words took from the TCP connection on. */
export function handshakesAtOnce(distancesMs: readonly number[]): number {
  const distance = Math.min(...distancesMs);
  return Number.isFinite(distance) ? Math.min(MOST_AT_ONCE, AT_ONCE * (1 + Math.floor(distance / STEP_MS))) : AT_ONCE;
}
