import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNBOOK = fileURLToPath(new URL('../../bin/runbook.js', import.meta.url));
/** A play of the whole site prints all events with their diffs. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** The outcome of one task on one host. */
export interface Outcome {
  readonly host: string;
  readonly task: string;
  readonly item: string;
  readonly handler: boolean;
  /** In a plan: the task would change. In a play: it changed. */
  readonly kind: 'ok' | 'skipped' | 'changed' | 'unknown' | 'failed';
  readonly certainty: string;
}

export interface Run {
  readonly status: number;
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly string[];
}

/** Runs `runbook plan` or `runbook play` and reads its events. */
export async function runbook(args: readonly string[]): Promise<Run> {
  const { status, stdout, stderr } = await new Promise<{ status: number; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(
        process.execPath,
        [RUNBOOK, ...args, '--output', 'json'],
        { maxBuffer: MAX_OUTPUT_BYTES },
        (error, out, err) =>
          resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout: out, stderr: err }),
      );
    },
  );
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const finished = events.filter((event) => event.type === 'task_finished');
  return {
    status,
    outcomes: finished.map((event): Outcome => ({
      host: event.host,
      task: `${event.task.role === undefined ? '' : `${event.task.role} : `}${event.task.name} (${event.task.id})`,
      item: event.item ?? '',
      handler: event.task.handler,
      kind: event.outcome.kind,
      certainty: event.outcome.certainty ?? '',
    })),
    problems: [
      ...(status === 0 ? [] : [`exit status ${status}: ${stderr.trim()}`]),
      ...events
        .filter((event) => event.type === 'run_finished' && event.stopped !== undefined)
        .map((event) => `stopped: ${event.stopped}`),
      ...events
        .filter((event) => event.type === 'host_unreachable')
        .map((event) => `${event.host} is unreachable: ${event.problem.what}`),
      ...finished
        .filter((event) => event.outcome.kind === 'failed' && event.outcome.ignored === false)
        .map(
          (event) =>
            `${event.host}: ${event.task.name} failed: ${event.outcome.problem.what}: ${event.outcome.problem.why ?? ''}`,
        ),
    ],
  };
}

/** Counts how often each (host, task, item) changed, or would change in a plan. */
function changes(run: Run): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { host, task, item, handler, kind } of run.outcomes) {
    if (kind !== 'changed') continue;
    const key = `${keyWithoutItem({ host, task, handler })}${item === '' ? '' : ` [${item}]`}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** A loop over an unknown list is one task without items. */
function keyWithoutItem({ host, task, handler }: Pick<Outcome, 'host' | 'task' | 'handler'>): string {
  return `${host}: ${handler ? 'handler ' : ''}${task}`;
}

function withoutItem(key: string): string {
  return key.replace(/(\([^()]*:\d+:\d+\)) \[.*\]$/s, '$1');
}

export interface Comparison {
  readonly equal: number;
  /** Planned and not made; made and not planned. Each with its host. */
  readonly notDone: readonly string[];
  readonly notPlanned: readonly string[];
  /** Changes of tasks that the plan calls unknown: such tasks may change anything, or nothing. */
  readonly announced: readonly string[];
  /** Steps that the plan marks as uncertain. */
  readonly open: readonly string[];
  readonly tasks: number;
}

export function compare(plan: Run, play: Run): Comparison {
  const planned = changes(plan);
  const done = changes(play);
  const apart = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): readonly string[] =>
    [...one].flatMap(([key, count]) => Array.from({ length: Math.max(0, count - (other.get(key) ?? 0)) }, () => key));
  const notDone = apart(planned, done);
  const unknown = new Set(plan.outcomes.filter(({ kind }) => kind === 'unknown').map(keyWithoutItem));
  const beyond = apart(done, planned);
  const total = [...planned.values()].reduce((sum, count) => sum + count, 0);
  return {
    equal: total - notDone.length,
    notDone,
    notPlanned: beyond.filter((key) => !unknown.has(withoutItem(key))),
    announced: beyond.filter((key) => unknown.has(withoutItem(key))),
    open: plan.outcomes
      .filter(({ kind, certainty }) => kind === 'unknown' || (kind === 'changed' && certainty !== 'certain'))
      .map(({ host, task, kind, certainty }) => `${host}: ${task}: ${kind === 'unknown' ? 'unknown' : certainty}`),
    tasks: plan.outcomes.filter(({ kind }) => kind !== 'skipped').length,
  };
}
