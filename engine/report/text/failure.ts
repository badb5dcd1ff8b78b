import type { TaskFinished } from '../../run/base/events.ts';
import type { Paint } from './paint.ts';
import { type SourceReader, problemLines } from './problems.ts';
import { safeLine, safeLines } from './safe-text.ts';
import { taskTitle } from './task-title.ts';

/** A failed task with all that helps to see why. */
export function failureLines(
  event: TaskFinished,
  options: { readonly paint: Paint; readonly read: SourceReader },
): readonly string[] {
  const { outcome } = event;
  if (outcome.kind !== 'failed') return [];
  const { paint, read } = options;
  const host =
    event.delegatedTo === undefined || event.delegatedTo === event.host
      ? event.host
      : `${event.host} -> ${event.delegatedTo}`;
  const title = `[${safeLine(host)}] ${taskTitle(event.task, event.item)}`;
  if (outcome.ignored)
    return [
      paint('cyan', `failed, ignored: ${title}: ${safeLine(outcome.problem.what)}`),
      ...indent(reasonOf(outcome)),
    ];
  const at = outcome.problem.place === undefined ? [`  ${paint('cyan', '-->')} ${safeLine(event.task.id)}`] : [];
  return [
    paint('red', `failed: ${title}`),
    ...indent([...problemLines(outcome.problem, paint, read), ...at]),
    ...(outcome.output === undefined ? [] : outputLines(outcome.output)),
  ];
}

const MOST_REASON_LINES = 5;

/** The last of what tells why: what the problem says, else what came on stderr, else on stdout. */
function reasonOf({ problem, output }: Extract<TaskFinished['outcome'], { kind: 'failed' }>): readonly string[] {
  const text = [problem.why, output?.stderr, output?.stdout].find((one) => one !== undefined && one.trim() !== '');
  return text === undefined ? [] : safeLines(text.trimEnd()).slice(-MOST_REASON_LINES);
}

function outputLines(output: {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}): readonly string[] {
  const lines: string[] = [];
  if (output.status !== undefined) lines.push(`    exit status: ${output.status}`);
  for (const [name, text] of [
    ['stdout', output.stdout],
    ['stderr', output.stderr],
  ] as const) {
    if (text.trim() === '') continue;
    lines.push(`    ${name}:`, ...safeLines(text).map((line) => `      ${line}`));
  }
  return lines;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    ${line}`);
}
