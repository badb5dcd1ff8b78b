import type { Place } from '../../errors/problem.ts';
import type { Site } from './site.ts';

/** `error`: does harm or cannot work. `warning`: most likely a mistake. `advice`: better style. */
export type Level = 'error' | 'warning' | 'advice';

export const LEVELS: readonly Level[] = ['error', 'warning', 'advice'];

/** A kind of mistake that a playbook can have although it can be read. */
export interface Rule {
  /** In kebab-case. The meaning of a name must never change. */
  readonly name: string;
  /** The level, unless the project sets another one. */
  readonly level: Level;
  /** The mistake, as a phrase. */
  readonly summary: string;
  /** The harm, for the page of the rule. */
  readonly why: string;
  /** The remedy as a sentence, unless a finding has its own. */
  readonly remedy: string;
  /** An example in which the rule finds one mistake: tasks, or a whole playbook if it begins with a play. */
  readonly bad: string;
  /** The same example, corrected: the rule finds nothing in it. */
  readonly good: string;
  readonly check: (site: Site) => Iterable<Finding>;
}

/** One mistake at one place. */
export interface Finding {
  readonly place: Place;
  /** One sentence. It must never contain a secret. */
  readonly what: string;
  readonly remedy?: string | undefined;
  /** Corrections of the file that are certainly right. If there are none, a person must decide. */
  readonly edits?: readonly Edit[];
}

/** A replacement of characters in a file. Offsets count from the beginning of the file, in UTF-16 units. */
export interface Edit {
  /** Absolute. */
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}
