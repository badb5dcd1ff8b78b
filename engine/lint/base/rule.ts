import type { Place } from '../../errors/problem.ts';
import type { Site } from './site.ts';

/** `error`: it does harm or cannot work. `warning`: most likely a mistake. `advice`: better style. */
export type Level = 'error' | 'warning' | 'advice';

export const LEVELS: readonly Level[] = ['error', 'warning', 'advice'];

/** One kind of fault that a playbook can have although it can be read. */
export interface Rule {
  /** kebab-case. A name keeps its meaning. */
  readonly name: string;
  /** Unless the project says otherwise. */
  readonly level: Level;
  /** What it finds, as a phrase. */
  readonly summary: string;
  /** Why that is bad, for the page of the rule. */
  readonly why: string;
  /** What to do about it, as a sentence, unless a finding knows better. */
  readonly remedy: string;
  /** Tasks, or a whole playbook if it begins with a play: the rule finds something in it once. */
  readonly bad: string;
  /** The same, corrected: the rule finds nothing in it. */
  readonly good: string;
  readonly check: (site: Site) => Iterable<Finding>;
}

/** One fault at one place. */
export interface Finding {
  readonly place: Place;
  /** One sentence. Never holds a secret. */
  readonly what: string;
  readonly remedy?: string | undefined;
  /** Certain corrections of the file. None: a person must decide. */
  readonly edits?: readonly Edit[];
}

/** Characters of a file that are replaced, counted from its beginning, as JavaScript counts them. */
export interface Edit {
  /** Absolute. */
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}
