import type { Difference } from '../../modules/base/module.ts';
import { HIDDEN } from '../../run/base/no-log.ts';
import type { PlannedChange, PlannedDifference } from '../../run/saved-plan/plan-document.ts';
import { documentDifference } from './document-difference.ts';
import type { Paint } from './paint.ts';
import { safeLine, safeText } from './safe-text.ts';

const MAX_LINES = 400;
/** A line beyond this is cut: encoded data, minified text. */
const MAX_LINE_LENGTH = 300;

/** `cut`: long diffs and long lines are cut, and say by how much. */
export type Extent = 'cut' | 'whole';

/** One difference for people, as lines. Secrets in it are masked. */
export function differenceLines(difference: Difference, paint: Paint): readonly string[] {
  return plannedDifferenceLines(documentDifference(difference), paint, 'cut');
}

/** The differences of a planned change, or that no_log hides them. */
export function plannedChangeLines(change: PlannedChange, paint: Paint, extent: Extent): readonly string[] {
  if (change.hidden === true) return [HIDDEN];
  return change.differences.flatMap((one) => plannedDifferenceLines(one, paint, extent));
}

/** The same of a difference that a plan holds, whoever wrote it. */
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
  // A plan of somebody else's may hold anything. Tabs stay.
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
