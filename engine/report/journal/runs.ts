import { TaskTimes } from '../run/task-times.ts';
import { durationText } from '../text/duration.ts';
import { openOutput } from '../text/output.ts';
import { owedTexts } from '../text/owed-text.ts';
import { type Paint, paintFor } from '../text/paint.ts';
import { safeLine, safeLines } from '../text/safe-text.ts';
import type { RunHistory, RunOutcome, TaskNote } from './run-history.ts';

/** Prints one line per run, the last one first. */
export function printRuns(runs: readonly RunHistory[], stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const lines = runs.map(
    (run) =>
      `${safeLine(run.id)}  ${paintOutcome(run.outcome, paint, 11)}  ${duration(run).padStart(8)}  ${about(run)}${run.byOthers === undefined ? '' : '  (not your own)'}`,
  );
  openOutput(stdout).write(lines.length === 0 ? 'No play has been run from here yet.\n' : `${lines.join('\n')}\n`);
}

/** Prints the events of a run so far. */
export function printRun(run: RunHistory, stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const lines = [
    `${paint('bold', safeLine(run.id))}  ${paintOutcome(run.outcome, paint, 0)}`,
    ...(run.byOthers === undefined
      ? []
      : [paint('yellow', `warning: not your own, and may say anything: ${safeLine(run.byOthers)}`)]),
    `runbook ${run.command.map(safeLine).join(' ')}`,
    `began ${run.at.toISOString()}, took ${duration(run)}`,
    ...(run.resumed === undefined ? [] : [`went on with ${safeLine(run.resumed)}`]),
    ...(run.partial.length === 0 ? [] : [`only a part of the playbook: ${run.partial.map(safeLine).join(', ')}`]),
    ...(run.stopped === undefined ? [] : [paint('red', `stopped: ${safeLine(run.stopped)}`)]),
    ...run.hosts.flatMap((host) => hostLines(run, host, paint)),
  ];
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}

/** Prints the durations of the tasks of a run, the slowest first. */
export function printTimes(run: RunHistory, stdout: NodeJS.WritableStream): void {
  const times = new TaskTimes();
  for (const { host, title, milliseconds } of run.times) times.note(host, title, milliseconds);
  openOutput(stdout).write(`${times.lines(paintFor(stdout)).join('\n')}\n`);
}

/** Warns before a program gets a run that other users may have written. */
export function warnOfOthers(run: RunHistory, stderr: NodeJS.WritableStream): void {
  if (run.byOthers !== undefined)
    openOutput(stderr).write(`warning: the run is not your own, and may say anything: ${safeLine(run.byOthers)}\n`);
}

function hostLines(run: RunHistory, host: string, paint: Paint): readonly string[] {
  const of = <Note extends TaskNote>(notes: readonly Note[]): readonly Note[] =>
    notes.filter((note) => note.host === host);
  const owed = run.owed.find((one) => one.host === host)?.debts ?? [];
  const isRunning = run.outcome === 'running';
  return [
    '',
    paint('bold', safeLine(host)),
    ...of(run.changes).map((note) => paint('yellow', `  changed  ${titleOf(note)}`)),
    ...of(run.failures).flatMap((note) => [
      paint('red', `  failed   ${titleOf(note)}`),
      `           ${safeLine(note.what)}`,
      ...(note.why === undefined ? [] : safeLines(note.why).map((line) => `           ${line}`)),
    ]),
    ...of(run.open).map((note) =>
      paint(
        'magenta',
        `  ${isRunning ? 'runs     ' : 'begun    '}${titleOf(note)}${isRunning ? '' : ', and never said to be finished: it may have been made in part'}`,
      ),
    ),
    ...owedTexts(owed).map((text) => paint('yellow', `  owes     ${text}`)),
  ];
}

function titleOf(note: TaskNote): string {
  return note.task === '' ? '' : `${safeLine(note.task)} (${safeLine(note.place)})`;
}

function about(run: RunHistory): string {
  const hosts = run.hosts.length === 1 ? safeLine(run.hosts[0] ?? '') : `${run.hosts.length} hosts`;
  return `${safeLine(run.playbook)} on ${hosts}${run.partial.length === 0 ? '' : ` (${run.partial.map(safeLine).join(', ')})`}`;
}

function duration(run: RunHistory): string {
  return run.milliseconds === undefined ? '-' : durationText(run.milliseconds);
}

function paintOutcome(outcome: RunOutcome, paint: Paint, width: number): string {
  const text = outcome.padEnd(width);
  switch (outcome) {
    case 'ok':
      return paint('green', text);
    case 'running':
      return paint('cyan', text);
    case 'interrupted':
      return paint('magenta', text);
    case 'killed':
    case 'failed':
    case 'unreachable':
    case 'stopped':
      return paint('red', text);
    default:
      throw new Error(`unknown outcome ${String(outcome satisfies never)}`);
  }
}
