import type { Difference } from '../../modules/base/module.ts';
import { HIDDEN } from '../../run/base/no-log.ts';
import type { PlannedChange, PlannedDifference } from '../../run/saved-plan/plan-document.ts';
import { documentDifference } from './document-difference.ts';
import type { Paint } from './paint.ts';
import { safeLine, safeText } from './safe-text.ts';

const MAX_LINES = 400;
/** Longer lines are cut: encoded data, minified text. In characters. */
const MAX_LINE_LENGTH = 300;

/** `cut`: long diffs and long lines are cut, and say how much is missing. */
export type Extent = 'cut' | 'whole';

/** Returns one difference for people, as lines. Secrets are masked. */
export function differenceLines(difference: Difference, paint: Paint): readonly string[] {
  return plannedDifferenceLines(documentDifference(difference), paint, 'cut');
}

/** Returns the differences of a planned change, or a line that no_log hides them. */
export function plannedChangeLines(change: PlannedChange, paint: Paint, extent: Extent): readonly string[] {
  if (change.hidden === true) return [HIDDEN];
  return change.differences.flatMap((one) => plannedDifferenceLines(one, paint, extent));
}

/** Returns the lines of a difference in a plan, which anybody may have written. */
function plannedDifferenceLines(difference: PlannedDifference, paint: Paint, extent: Extent): readonly string[] {
  switch (difference.kind) {
    case 'field':
      return [
        `${safeLine(difference.of)}: ${safeLine(difference.field)}: ${paint('red', safeLine(difference.before))} → ${paint('green', safeLine(difference.after))}`,
      ];
    case 'command':
      return difference.text.split('\n').map((line, index) => `${index === 0 ? '$' : ' '} ${safeText(line)}`);
    case 'content':
      return [
        `${safeLine(difference.path)}: content ${paint('red', safeLine(difference.before))} → ${paint('green', safeLine(difference.after))}`,
      ];
    case 'text':
      return textLines(difference, paint, extent);
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

function textLines(
  difference: Extract<PlannedDifference, { kind: 'text' }>,
  paint: Paint,
  extent: Extent,
): readonly string[] {
  const { absent } = difference;
  const path = safeLine(difference.path);
  // A plan of somebody else may contain any characters. Tabs stay.
  const lines = difference.lines.map((line) => safeText(line).replaceAll('\n', '\\n'));
  const shown =
    extent === 'whole' || lines.length <= MAX_LINES
      ? lines
      : [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines`];
  return [
    paint('red', `--- ${absent === 'before' ? '(absent)' : path}`),
    paint('green', `+++ ${absent === 'after' ? '(absent)' : path}`),
    ...shown.map((line) => paintLine(line, paint, extent)),
  ];
}

function paintLine(line: string, paint: Paint, extent: Extent): string {
  const text =
    extent === 'cut' && line.length > MAX_LINE_LENGTH
      ? `${line.slice(0, MAX_LINE_LENGTH)}… (${line.length - MAX_LINE_LENGTH} more characters)`
      : line;
  if (line.startsWith('@@')) return paint('cyan', text);
  if (line.startsWith('+')) return paint('green', text);
  return line.startsWith('-') ? paint('red', text) : text;
}
