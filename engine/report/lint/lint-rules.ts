import type { Level } from '../../lint/base/rule.ts';
import { type Levels, levelOf } from '../../lint/lint.ts';
import { RULES } from '../../lint/rules.ts';
import { openOutput } from '../text/output.ts';
import { type Color, paintFor } from '../text/paint.ts';

const COLORS: Readonly<Record<Level | 'off', Color>> = { error: 'red', warning: 'yellow', advice: 'cyan', off: 'dim' };

/** Prints all rules with their configured levels. */
export function printRules(levels: Levels, stream: NodeJS.WritableStream): void {
  const paint = paintFor(stream);
  const width = Math.max(...RULES.map(({ name }) => name.length));
  const lines = RULES.map((rule) => {
    const level = levelOf(rule, levels);
    return `${rule.name.padEnd(width)}  ${paint(COLORS[level], level.padEnd('warning'.length))}  ${rule.summary}\n`;
  });
  openOutput(stream).write(lines.join(''));
}
