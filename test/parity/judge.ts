import type { Verdict } from './answers.ts';
import type { Difference } from './compare.ts';
import { explanation } from './differences.ts';

/** The unexplained part: differences without a row, and promises of a plan that the play did not keep. */
export interface Judgement {
  readonly faults: readonly Difference[];
  readonly broken: readonly string[];
  /** The rows that explain the other differences. */
  readonly rows: ReadonlySet<string>;
}

export function judged({ input, differences, runbook }: Verdict): Judgement {
  const rows = new Set<string>();
  const faults = differences.filter((difference) => {
    const some = explanation(difference, input);
    for (const row of some ?? []) rows.add(row);
    return some === undefined;
  });
  return { faults, broken: runbook.broken, rows };
}

export function isRed({ faults, broken }: Judgement): boolean {
  return faults.length > 0 || broken.length > 0;
}
