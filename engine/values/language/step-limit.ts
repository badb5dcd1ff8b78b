import { Fault } from './fault.ts';

/** Maximal steps of one template or expression, including everything that it looks up. They take about a second. */
const MOST_STEPS = 10_000_000;
/**
 * Maximal processor time of one template or expression. It ends an evaluation whose texts and lists are so large that
 * each step is slow. Milliseconds.
 */
const MOST_MS = 5_000;
/** The clock is read once per this number of calls. */
const CLOCK_CALLS = 1_024;

/** Processor time of this thread, so that the load of the machine does not change the result. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Counts the cost of the template or expression that is being evaluated. */
class Meter {
  #isOn = false;
  #steps = 0;
  #calls = 0;
  #began = 0;

  within<Result>(work: () => Result): Result {
    if (this.#isOn) return work();
    this.#isOn = true;
    this.#steps = 0;
    this.#calls = 0;
    try {
      return work();
    } finally {
      this.#isOn = false;
    }
  }

  spend(steps: number): void {
    this.#steps += steps;
    this.#calls += 1;
    if (this.#calls === CLOCK_CALLS) this.#began = processorTime();
    const isLate = this.#calls % CLOCK_CALLS === 0 && processorTime() - this.#began > MOST_MS;
    if (this.#steps > MOST_STEPS || isLate)
      throw tooManySteps(isLate ? `more than ${MOST_MS / 1000} s` : `more than ${MOST_STEPS} steps`);
  }
}

function tooManySteps(taken: string): Fault {
  return new Fault({
    code: 'too-many-steps',
    what: 'This takes too long to compute',
    why: `It took ${taken}: loops within loops multiply.`,
    remedy: 'Loop over shorter lists, or nest fewer loops. Compute a value once, and keep it by set_fact.',
  });
}

const meter = new Meter();

/** Characters that are made in one step, and characters and items that are searched in one step. */
const MADE_AT_ONCE = 8;
const CHARACTERS_SEEN = 1_000;
const ITEMS_SEEN = 16;

/** Counts steps for a new text or list. */
export function spendForMade(value: unknown): void {
  if (typeof value === 'string') meter.spend(Math.floor(value.length / MADE_AT_ONCE));
  else if (Array.isArray(value)) meter.spend(value.length);
}

/** Counts steps for a text or list before it is searched. */
export function spendForSeen(value: unknown): void {
  if (typeof value === 'string') meter.spend(Math.floor(value.length / CHARACTERS_SEEN));
  else if (Array.isArray(value)) meter.spend(Math.floor(value.length / ITEMS_SEEN));
}

/** Evaluates a template or an expression, including everything that it looks up. Throws Fault `too-many-steps`. */
export function withinSteps<Result>(work: () => Result): Result {
  return meter.within(work);
}

/** Counts steps of the current evaluation. Throws Fault `too-many-steps`. */
export function spendSteps(steps: number): void {
  meter.spend(steps);
}
