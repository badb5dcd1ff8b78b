import type { Block, Step, Task } from '../playbook/play.ts';
import { abort } from './abort.ts';
import type { Batch } from './context.ts';
import { flagOrTrue } from './flag.ts';
import type { HostState } from './host-state.ts';
import type { Stop } from './itinerary.ts';
import { HostGone, HostStops, TaskFailed, asHostGone } from './signals.ts';

/** Part of the order of a play: places from `from`, and before `until`. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** Which failures of one host end the play for the whole batch, and the `always` that every host of the batch still does then. */
export class FatalErrors {
  readonly #batch: Batch;
  readonly #host: HostState;
  /** The blocks around the host that set `any_errors_fatal`, the outermost first. */
  #around: readonly Block[] = [];
  /** How many blocks with a rescue are around the host. They catch a failure, so it is not fatal yet. */
  #rescues = 0;
  /** The innermost `always` that the host is in. */
  #always: Span | undefined;
  /** The last error that was judged here. */
  #weighed: unknown;
  /** Whether the step before could end the play for all: no host begins the next one before all are past it. */
  #isBehind = false;

  constructor(batch: Batch, host: HostState) {
    this.#batch = batch;
    this.#host = host;
  }

  /** Whether a failure of another host at an earlier step may end the play for this one. */
  get mayStopAll(): boolean {
    const { pace } = this.#batch;
    return pace.anyErrorsFatal || pace.maxFailPercentage !== undefined || this.#around.length > 0 || this.#isBehind;
  }

  /** Throws HostStops if the play has ended for a host that is about to do the step at `at`. */
  mayGoOn(at: number): void {
    const { aborted } = this.#batch;
    if (aborted === undefined || at <= aborted.upTo) return;
    const isSpared = aborted.sparesAlways && this.#always !== undefined && !isWithin(aborted.upTo, this.#always);
    if (!isSpared) throw new HostStops('aborted');
  }

  begins(task: Task): void {
    this.#isBehind = task.anyErrorsFatal !== undefined;
  }

  async inBlock(block: Block, work: () => Promise<void>): Promise<void> {
    if (block.anyErrorsFatal === undefined) return await work();
    const outer = this.#around;
    this.#around = [...outer, block];
    try {
      await work();
    } finally {
      this.#around = outer;
      this.#isBehind = true;
    }
  }

  /** Does a part of a block. `isRescued`: a rescue of this block follows a failure in it. */
  async inPart(isRescued: boolean, work: () => Promise<void>): Promise<TaskFailed | HostStops | undefined> {
    const rescues = isRescued ? 1 : 0;
    this.#rescues += rescues;
    try {
      await work();
    } catch (error) {
      if (error instanceof TaskFailed || (error instanceof HostStops && this.#endedElsewhere(error))) return error;
      throw error;
    } finally {
      this.#rescues -= rescues;
    }
    return undefined;
  }

  /** Does an `always`, also after the play has ended, unless it ended in this very `always`. */
  async inAlways(always: readonly Stop[], work: () => Promise<void>): Promise<void> {
    const [first, last] = [always.at(0), always.at(-1)];
    if (first === undefined || last === undefined) return;
    const outer = this.#always;
    this.#always = { from: first.at, until: last.until };
    try {
      await work();
    } finally {
      this.#always = outer;
    }
  }

  /** Whether it is settled already what `error` means for the other hosts. */
  hasWeighed(error: unknown): boolean {
    return error !== undefined && error === this.#weighed;
  }

  /** Ends the play for all if the error at `step` is fatal and no rescue around it catches it. Gives the error to throw. */
  weigh(error: unknown, step: Step, how: { readonly forAll: boolean; readonly what: string }): unknown {
    const gone = asHostGone(error);
    const failed = error instanceof TaskFailed && !error.elsewhere ? error : gone;
    if (failed !== undefined) this.#weighed = failed;
    if (failed === undefined || !(how.forAll || this.#isFatal(step))) return failed ?? error;
    if (failed instanceof HostGone || this.#rescues === 0) {
      const why = `${this.#host.name} ${how.what}, ${how.forAll ? 'which one host does for all' : 'where any error is fatal for all'}`;
      abort(this.#batch, { kind: 'fatal', why }, this.#host);
    }
    return failed;
  }

  #isFatal(step: Step): boolean {
    const own = step.kind === 'task' && step.anyErrorsFatal !== undefined ? step : this.#around.at(-1);
    if (own?.anyErrorsFatal === undefined) return this.#batch.pace.anyErrorsFatal;
    return flagOrTrue('any_errors_fatal', own.anyErrorsFatal, this.#host.variables.scope(own));
  }

  #endedElsewhere(error: HostStops): boolean {
    return error.reason === 'aborted' && this.#batch.aborted?.sparesAlways === true;
  }
}

function isWithin(place: number, { from, until }: Span): boolean {
  return place >= from && place < until;
}
