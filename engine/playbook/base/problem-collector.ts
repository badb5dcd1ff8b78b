import { type ProblemDetails, formatPlace, Problem, Problems } from '../../errors/problem.ts';

/** Collects mistakes, so that a user can correct all of them together. Equal mistakes are reported once. */
export class ProblemCollector {
  readonly #problems = new Map<string, Problem>();
  #reports = 0;

  /**
   * Number of reports, repetitions included. A reader compares it before and after, to see whether a part was correct.
   */
  get reports(): number {
    return this.#reports;
  }

  /** Adds a problem. Returns undefined, so that a reader can return it. */
  add(details: ProblemDetails): undefined {
    return this.take(new Problem(details));
  }

  take(problem: Problem): undefined {
    this.#reports += 1;
    const place = problem.place === undefined ? '' : formatPlace(problem.place);
    const key = `${place} ${problem.code} ${problem.what}`;
    if (!this.#problems.has(key)) this.#problems.set(key, problem);
    return undefined;
  }

  /** Returns the result of `read`; undefined if it throws problems, which are added. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      return this.#caught(error);
    }
  }

  throwIfAny(): void {
    const [first, ...rest] = this.#problems.values();
    if (first !== undefined) throw new Problems([first, ...rest]);
  }

  #caught(error: unknown): undefined {
    if (error instanceof Problem) return this.take(error);
    if (!(error instanceof Problems)) throw error;
    for (const problem of error.problems) this.take(problem);
    return undefined;
  }
}
