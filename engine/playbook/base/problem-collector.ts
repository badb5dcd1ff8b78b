import { type ProblemDetails, formatPlace, Problem, Problems } from '../../errors/problem.ts';

/** Gathers what is wrong, so that a user mends it in one go. The same fault met twice counts once. */
export class ProblemCollector {
  readonly #problems = new Map<string, Problem>();
  #reports = 0;

  /** How often something was reported, repeats included: tells whether reading a part went well. */
  get reports(): number {
    return this.#reports;
  }

  /** Returns undefined, so that a reader can end with it. */
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

  /** What `read` gives, or undefined where it throws problems. */
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
