import type { Place } from '../errors/problem.ts';
import type { ProblemCollector } from './base/problem-collector.ts';

export interface Link {
  /** Absolute path of the file, or of the folder of the role. */
  readonly path: string;
  /** The path as messages show it. */
  readonly shown: string;
}

/** Maximal number of plays, tasks, imports and uses of roles in one playbook. Large sites have some hundreds. */
const MOST_STEPS = 20_000;

/**
 * Limits the size of a playbook with all its imports: files that import each other twice would double it at each level.
 */
export class StepBudget {
  #left = MOST_STEPS;

  /** Counts a step. Returns false if the budget is used up, which is reported once. */
  take(place: Place, chain: readonly Link[], problems: ProblemCollector): boolean {
    this.#left -= 1;
    if (this.#left === -1) {
      problems.add({
        code: 'too-many-steps',
        what: `The playbook has more than ${MOST_STEPS} steps`,
        place,
        why: `It was read through ${chain.map((link) => link.shown).join(' → ')}.`,
        remedy: 'Check which of these is imported again and again. To repeat tasks for many items, use loop.',
      });
    }
    return this.#left >= 0;
  }
}
