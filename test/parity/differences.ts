import type { Case } from './case.ts';
import type { Difference } from './compare.ts';

/** Explains differences by a row of docs/differences.yml: nothing but what the row says. */
export interface Explanation {
  /** The row. */
  readonly id: string;
  explains(difference: Difference, input: Case): boolean;
}

export const EXPLANATIONS: readonly Explanation[] = [];

/** The row that explains a difference; or nothing: it is a fault of one of the two. */
export function explanation(difference: Difference, input: Case): Explanation | undefined {
  return EXPLANATIONS.find((one) => one.explains(difference, input));
}
