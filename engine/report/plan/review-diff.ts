import { HIDDEN } from '../../run/base/no-log.ts';
import type { PlannedChange, PlannedDifference } from '../../run/saved-plan/plan-document.ts';
import { plannedChangeLines } from '../text/differences.ts';
import { safeLine } from '../text/safe-text.ts';

const plain = (_: string, text: string): string => text;

/**
 * Returns the differences of a change as lines of a diff, so that a forge colors them: new lines begin with `+`,
 * removed lines with `-`.
 */
export function reviewDiff(change: PlannedChange): readonly string[] {
  if (change.hidden === true) return [HIDDEN];
  return change.differences.flatMap((one) =>
    one.kind === 'field' ? fieldDiff(one) : plannedChangeLines({ ...change, differences: [one] }, plain, 'whole'),
  );
}

function fieldDiff({ of, field, before, after }: Extract<PlannedDifference, { kind: 'field' }>): readonly string[] {
  const name = `${safeLine(of)}: ${safeLine(field)}:`;
  return [
    ...(before === '(none)' ? [] : [`- ${name} ${safeLine(before)}`]),
    ...(after === '(none)' ? [] : [`+ ${name} ${safeLine(after)}`]),
  ];
}
