import type { Place } from '../errors/problem.ts';
import type { ProblemCollector } from './base/problem-collector.ts';

export interface Link {
  /** The absolute path of the file, or the folder of the role. */
  readonly path: string;
  /** As it is told in a message. */
  readonly shown: string;
}

/** Plays, tasks, imports and uses of roles of one playbook. Large sites come to some hundreds. */
const MOST_STEPS = 20_000;

/**
 * How much one playbook may come to with all that it imports: files that import each other twice double with each of
 * them.
 */
export class StepBudget {
  #left = MOST_STEPS;

  /** False once it is used up. That is a Problem, told once. */
  take(place: Place, chain: readonly Link[], problems: ProblemCollector): boolean {
    this.#left -= 1;
    if (this.#left === -1) {
      problems.add({
        code: 'too-many-steps',
        what: `The playbook comes to more than ${MOST_STEPS} steps`,
        place,
        why: `It was being read by way of ${chain.map((link) => link.shown).join(' → ')}.`,
        remedy: 'See which of these is imported again and again. What is done for many things is done by loop.',
      });
    }
    return this.#left >= 0;
  }
}
