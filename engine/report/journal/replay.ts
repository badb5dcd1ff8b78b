import { Problem } from '../../errors/problem.ts';
import type { Difference, Shown } from '../../modules/base/module.ts';
import type { HostRecap, RunEvent, TaskFinished, TaskIdentity, TaskOutcome } from '../../run/base/events.ts';
import { type Value, isMap } from '../../values/base/value.ts';
import type { Line, ToldDifference, ToldProblem, ToldTask } from './journal-line.ts';

type LineOf<Type extends Line['type']> = Extract<Line, { readonly type: Type }>;

/**
 * Makes an event again from its line in a journal or in `--events`. What the line does not say is left empty. Undefined
 * for lines that are no events of a run, and for the end of a run, which `replayedEnd` makes.
 */
export function replayed(line: Line): RunEvent | undefined {
  switch (line.type) {
    case 'command':
    case 'run_finished':
    case 'play_finished':
      return undefined;
    case 'run_started':
      return replayedStart(line);
    case 'files_read':
      return { type: line.type, files: line.files };
    case 'play_started':
      return { ...line, batch: 1, batches: 1 };
    case 'task_started':
      return { ...line, task: replayedTask(line.task), item: line.item };
    case 'task_finished':
      return replayedResult(line);
    case 'host_unreachable':
      return replayedLoss(line);
    case 'message':
      return { type: line.type, host: line.host, task: replayedTask(line.task), text: plainValue(line.text) };
    case 'handler_owed':
      return { type: line.type, host: line.host, handler: line.handler, playbook: line.playbook };
    default:
      throw new Error(`unknown line ${JSON.stringify(line satisfies never)}`);
  }
}

function replayedStart(line: LineOf<'run_started'>): RunEvent {
  const { runId = '', mode = 'play', inventory = [], at } = line;
  return { ...line, runId, mode, inventory, at: new Date(at) };
}

function replayedLoss({ type, host, problem, during }: LineOf<'host_unreachable'>): RunEvent {
  const task = during === undefined ? undefined : replayedTask(during);
  return { type, host, problem: replayedProblem(problem), during: task };
}

/** Returns the counts of the hosts at the end of a run. */
export function replayedRecap(line: LineOf<'run_finished'>): readonly HostRecap[] {
  return line.recap.map((host) => ({
    host: host.host,
    ok: host.ok ?? 0,
    changed: host.changed ?? 0,
    unknown: host.unknown ?? 0,
    skipped: host.skipped ?? 0,
    failed: host.failed,
    ignored: host.ignored ?? 0,
    rescued: host.rescued ?? 0,
    unreachable: host.unreachable,
    interrupted: host.interrupted ?? false,
    owed: host.owed,
    roundTrips: host.roundTrips ?? 0,
  }));
}

function replayedTask(task: ToldTask): TaskIdentity {
  const { id, name, module = '', role, handler, within, throttle } = task;
  return {
    id,
    name,
    module,
    role,
    handler,
    ...(within === undefined ? {} : { within }),
    ...(throttle === undefined ? {} : { throttle }),
  };
}

function replayedResult(line: LineOf<'task_finished'>): TaskFinished {
  const result = plainValue(line.result);
  return {
    type: 'task_finished',
    host: line.host,
    delegatedTo: line.delegatedTo,
    task: replayedTask(line.task),
    item: line.item,
    outcome: replayedOutcome(line.outcome),
    result: isMap(result) ? result : undefined,
    ...(line.hidden === true ? { hidden: true } : {}),
    milliseconds: line.milliseconds ?? 0,
  };
}

function replayedOutcome(outcome: LineOf<'task_finished'>['outcome']): TaskOutcome {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'ok' };
    case 'skipped':
      return { kind: 'skipped', why: outcome.why ?? '' };
    case 'changed':
      return {
        kind: 'changed',
        differences: (outcome.differences ?? []).map(replayedDifference),
        certainty: outcome.certainty ?? 'certain',
        doubt: outcome.doubt,
        notifies: outcome.notifies ?? [],
      };
    case 'failed':
      return {
        kind: 'failed',
        problem: replayedProblem(outcome.problem ?? { what: 'the task failed' }),
        ignored: outcome.ignored === true,
        output: outcome.output === undefined ? undefined : { ...outcome.output, status: outcome.output.status },
      };
    default:
      // A journal of a later version may have other kinds.
      return { kind: 'unknown', because: outcome.because ?? '' };
  }
}

function replayedProblem({ code = 'task-failed', what, place, why, remedy }: ToldProblem): Problem {
  return new Problem({ code, what, place, why, remedy });
}

function replayedDifference(difference: ToldDifference): Difference {
  switch (difference.kind) {
    case 'text':
      return { ...difference, before: shown(difference.before), after: shown(difference.after) };
    case 'field':
      return { ...difference, before: plainValue(difference.before), after: plainValue(difference.after) };
    case 'command':
      return difference;
    default:
      throw new Error(`unknown difference ${JSON.stringify(difference satisfies never)}`);
  }
}

function shown(value: unknown): Shown | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  const { size, sha256 }: { size?: unknown; sha256?: unknown } = Object(value);
  return typeof size === 'number' && typeof sha256 === 'string' ? { size, sha256 } : JSON.stringify(value);
}

/** Returns what JSON has brought as a value. */
function plainValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return value.map(plainValue);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainValue(member)]));
}
