import type { Place, Problem } from '../../errors/problem.ts';
import type { Level } from '../../lint/base/rule.ts';
import type { Reported } from '../../lint/lint.ts';

/** One entry of a report: an error that a plan would report too, or a finding of a rule. */
export interface LintEntry {
  readonly level: Level;
  /** The code of an error, or the name of a rule. */
  readonly code: string;
  readonly place: Place | undefined;
  readonly what: string;
  readonly why: string | undefined;
  readonly remedy: string | undefined;
  /** The summary of the rule; undefined for an error. */
  readonly summary: string | undefined;
  readonly isFixable: boolean;
}

export interface LintReport {
  /** The playbooks, as they were named. */
  readonly files: readonly string[];
  readonly entries: readonly LintEntry[];
  /** True if a warning counts as a failure. */
  readonly isStrict: boolean;
}

/** Returns the entry of a report for an error that a plan would report too. */
export function entryOfProblem({ code, place, what, why, remedy }: Problem): LintEntry {
  return { level: 'error', code, place, what, why, remedy, summary: undefined, isFixable: false };
}

/** Returns the entry of a report for a finding of a rule. */
export function entryOfFinding({ rule, level, place, what, remedy, edits }: Reported): LintEntry {
  return {
    level,
    code: rule.name,
    place,
    what,
    why: undefined,
    remedy,
    summary: rule.summary,
    isFixable: edits.length > 0,
  };
}

/** Returns the number of entries of this level. */
export function countOf({ entries }: LintReport, level: Level): number {
  return entries.filter((entry) => entry.level === level).length;
}
