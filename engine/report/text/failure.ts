import { type Place, Problem } from '../../errors/problem.ts';
import type { HostUnreachable, TaskFinished, TaskIdentity } from '../../run/base/events.ts';
import { hostNames, inNaturalOrder } from './host-names.ts';
import { type Marking, OwnNames, legendOf, marksIn } from './own-names.ts';
import type { Paint } from './paint.ts';
import { type SourceReader, problemLines } from './problems.ts';
import { safeLine, safeLines } from './safe-text.ts';
import { taskTitle } from './task-title.ts';

export interface FailureOptions {
  readonly paint: Paint;
  readonly read: SourceReader;
  /** From 1: outputs are shown completely. */
  readonly verbosity: number;
}

/** Maximal number of shown lines of an output: the first and the last ones. */
const MOST_OUTPUT_LINES = 40;
const FIRST_OUTPUT_LINES = 10;
const MOST_REASON_LINES = 5;

/** Returns the lines about a failed task, with everything that helps to find the reason. */
export function failureLines(event: TaskFinished, options: FailureOptions): readonly string[] {
  if (event.outcome.kind !== 'failed') return [];
  return event.outcome.ignored ? ignoredLines(event, options.paint) : wholeLines(failureOf(event), options);
}

/** Returns short lines about a failure when it happens: its reason is shown at the end of the run. */
export function shortFailureLines(event: TaskFinished, paint: Paint): readonly string[] {
  const { outcome } = event;
  if (outcome.kind !== 'failed') return [];
  if (outcome.ignored) return ignoredLines(event, paint);
  return [
    paint('red', `failed: ${titleOf(event)}: ${safeLine(outcome.problem.what)}`),
    ...reasonOf(outcome).slice(-1).map(indented),
  ];
}

/** Returns one line about a lost host when it happens: the reason is shown at the end of the run. */
export function shortUnreachableLines({ host, during, problem }: HostUnreachable, paint: Paint): readonly string[] {
  const when = during === undefined ? '' : ` during ${taskTitle(during, undefined)}`;
  return [paint('red', `${wordFor(problem)}: [${safeLine(host)}]${when}: ${safeLine(problem.what)}`)];
}

/** A session that runbook itself has ended does not mean that the host cannot be reached. */
function wordFor({ code }: Pick<Problem, 'code'>): 'unreachable' | 'interrupted' {
  return code === 'stopped' ? 'interrupted' : 'unreachable';
}

/** Returns the lines about a lost host, with everything that helps to find the reason. */
export function unreachableLines(event: HostUnreachable, options: FailureOptions): readonly string[] {
  return wholeLines(unreachableOf(event), options);
}

/** Returns all failures of a run completely; failures that are equal, apart from the hosts' own names, are merged. */
export function groupedFailureLines(
  events: readonly (TaskFinished | HostUnreachable)[],
  options: FailureOptions,
  names: OwnNames = new OwnNames(),
): readonly string[] {
  const groups = new Map<string, { readonly first: Failure; readonly marked: Failure; readonly hosts: string[] }>();
  for (const event of events) {
    const failure = event.type === 'task_finished' ? failureOf(event) : unreachableOf(event);
    const marked = markedFailure(failure, names.marking(event.host));
    const { hosts: _, ...rest } = marked;
    const key = JSON.stringify(rest);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: failure, marked, hosts: [event.host] });
    else group.hosts.push(event.host);
  }
  const told = [...groups.values()].map(({ first, marked, hosts }) =>
    hosts.length === 1 ? first : { ...marked, hosts: [hostNames(inNaturalOrder(hosts))] },
  );
  const legend = legendOf(new Set(told.flatMap((failure) => marksIn(JSON.stringify(failure)))));
  return [
    ...told.flatMap((failure) => ['', ...wholeLines(failure, options)]).slice(1),
    ...(legend.length > 0 ? ['', ...legend] : []),
  ];
}

/** The facts of a failure, as text. */
interface Failure {
  readonly word: 'failed' | 'unreachable' | 'interrupted';
  readonly hosts: readonly string[];
  readonly elsewhere: string | undefined;
  readonly title: string;
  readonly problem: Pick<Problem, 'code' | 'what' | 'place' | 'why' | 'remedy'>;
  readonly output: FailedOutput | undefined;
}

interface FailedOutput {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function failureOf(event: TaskFinished): Failure {
  const { outcome } = event;
  if (outcome.kind !== 'failed') throw new Error(`${event.task.id} has not failed`);
  return {
    word: 'failed',
    hosts: [event.host],
    elsewhere: event.delegatedTo === event.host ? undefined : event.delegatedTo,
    title: taskTitle(event.task, event.item),
    problem: { ...partsOf(outcome.problem), place: outcome.problem.place ?? placeOf(event.task) },
    output: outcome.output,
  };
}

function unreachableOf({ host, during, problem }: HostUnreachable): Failure {
  const title = (task: TaskIdentity): string => `during ${taskTitle(task, undefined)}`;
  return {
    word: wordFor(problem),
    hosts: [host],
    elsewhere: undefined,
    title: during === undefined ? '' : title(during),
    problem: partsOf(problem),
    output: undefined,
  };
}

/** The id of a task is its place. */
function placeOf({ id }: TaskIdentity): Place | undefined {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/s.exec(id) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

function partsOf({ code, what, place, why, remedy }: Problem): Failure['problem'] {
  return { code, what, place, why, remedy };
}

function markedFailure(failure: Failure, mark: Marking): Failure {
  const { problem, output } = failure;
  const marked = (text: string | undefined): string | undefined => (text === undefined ? undefined : mark(text));
  return {
    ...failure,
    title: mark(failure.title),
    problem: { ...problem, what: mark(problem.what), why: marked(problem.why), remedy: marked(problem.remedy) },
    output: output && { ...output, stdout: mark(output.stdout), stderr: mark(output.stderr) },
  };
}

function wholeLines(failure: Failure, options: FailureOptions): readonly string[] {
  const { paint, read, verbosity } = options;
  const { word, hosts, elsewhere, title, output } = failure;
  const on = [hosts.join(', '), ...(elsewhere === undefined ? [] : [elsewhere])].map(safeLine).join(' -> ');
  // A reason that the output below contains is not repeated.
  const why = isIn(failure.problem.why, output) ? undefined : failure.problem.why;
  return [
    paint('red', `${word}: [${on}]${title === '' ? '' : ` ${title}`}`),
    ...problemLines(new Problem({ ...failure.problem, why }), paint, read).map(indented),
    ...(output === undefined ? [] : outputLines(output, verbosity)),
  ];
}

function isIn(why: string | undefined, output: FailedOutput | undefined): boolean {
  if (why === undefined || output === undefined || why.trim() === '') return false;
  return [output.stdout, output.stderr].some((text) => text.includes(why.trim()));
}

function ignoredLines(event: TaskFinished, paint: Paint): readonly string[] {
  const { outcome } = event;
  if (outcome.kind !== 'failed') return [];
  return [
    paint('cyan', `failed, ignored: ${titleOf(event)}: ${safeLine(outcome.problem.what)}`),
    ...reasonOf(outcome).map(indented),
  ];
}

function titleOf({ host, delegatedTo, task, item }: TaskFinished): string {
  const on = delegatedTo === undefined || delegatedTo === host ? host : `${host} -> ${delegatedTo}`;
  return `[${safeLine(on)}] ${taskTitle(task, item)}`;
}

/** Returns the last lines of the reason: of the problem, else of stderr, else of stdout. */
function reasonOf({ problem, output }: Extract<TaskFinished['outcome'], { kind: 'failed' }>): readonly string[] {
  const text = [problem.why, output?.stderr, output?.stdout].find((one) => one !== undefined && one.trim() !== '');
  return text === undefined ? [] : safeLines(text.trimEnd()).slice(-MOST_REASON_LINES);
}

function outputLines({ status, stdout, stderr }: FailedOutput, verbosity: number): readonly string[] {
  const lines: string[] = [];
  if (status !== undefined) lines.push(`    exit status: ${status}`);
  for (const [name, text] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    if (text.trim() === '') continue;
    lines.push(`    ${name}:`, ...shortened(safeLines(text), verbosity).map((line) => `      ${line}`));
  }
  return lines;
}

function shortened(lines: readonly string[], verbosity: number): readonly string[] {
  const left = lines.length - MOST_OUTPUT_LINES;
  if (verbosity > 0 || left <= 1) return lines;
  return [
    ...lines.slice(0, FIRST_OUTPUT_LINES),
    `… ${left} lines are left out here; -v shows them`,
    ...lines.slice(FIRST_OUTPUT_LINES + left),
  ];
}

function indented(line: string): string {
  return `    ${line}`;
}
