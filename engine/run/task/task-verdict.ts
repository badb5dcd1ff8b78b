import { Problem } from '../../errors/problem.ts';
import type { Change } from '../../modules/base/module.ts';
import type { Task } from '../../playbook/base/play.ts';
import { type Scope, type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import { explain } from '../../values/expression/explain.ts';
import type { Expression } from '../../values/expression/expression.ts';
import type { Layer } from '../../values/scope.ts';
import { all } from '../base/conditions.ts';
import type { TaskOutcome } from '../base/events.ts';
import { flagOf } from '../base/flag.ts';
import { isHandler } from '../base/frame.ts';
import type { RunContext } from '../context/context.ts';
import { type ItemResult, type OpenVerdict, failure, isForeseen } from './item-result.ts';
import type { TaskRun } from './item.ts';

/** A task on a host, with the layers on top of its own variables: the item of its loop. */
export interface Judged {
  readonly task: Task;
  readonly over: readonly Layer[];
  readonly mode: RunContext['mode'];
  /** Returns the variables of the task on the host. */
  readonly scope: (over: readonly Layer[]) => Scope;
}

/** Applies changed_when and failed_when, which decide in the end. */
export function judge(of: Judged, raw: ItemResult): ItemResult {
  const fails = failureOf(of, raw);
  const judged = withFailure(of, raw, fails);
  if (judged.kind !== 'ok' && judged.kind !== 'changed') return judged;
  const { changedWhen } = of.task;
  const changes =
    judged.kind === 'ok' ? false : changedWhen === undefined ? true : all(changedWhen, resultScope(of, judged));
  const open = openVerdict(of, fails, changes);
  if (judged.kind === 'ok') return { ...judged, ...open };
  if (changes === false) return { kind: 'ok', result: judged.result, effects: [], ...open };
  const isCounted = changes === true && !(of.task.failedWhen !== undefined && fails instanceof Unknown);
  return { ...judged, ...(isCounted ? {} : { change: notCounted(judged.change) }), ...open };
}

/** The task will run. Whether it counts as a change or a failure is unknown. */
function notCounted(change: Change): Change {
  return change.certainty === 'certain' ? { ...change, certainty: 'opaque' } : change;
}

/** Evaluates failed_when; without it, returns what a plan can know of a task that may fail. */
function failureOf(of: Judged, raw: ItemResult): boolean | Unknown {
  const { failedWhen } = of.task;
  if (raw.kind === 'unknown' || raw.kind === 'waits') return false;
  if (failedWhen !== undefined) return isFailure(of, failedWhen, raw);
  return raw.kind === 'failed' || mayFail(of, raw);
}

function withFailure(of: Judged, raw: ItemResult, fails: boolean | Unknown): ItemResult {
  if (fails === true && (raw.kind === 'ok' || raw.kind === 'changed')) {
    return {
      kind: 'failed',
      problem: calledFailure(of, raw),
      result: raw.result,
      output: raw.kind === 'changed' ? raw.output : undefined,
    };
  }
  if (fails !== false || raw.kind !== 'failed') return raw;
  // A command that is allowed to fail has still run.
  return raw.attempted === undefined
    ? { kind: 'ok', result: raw.result, effects: [] }
    : { kind: 'changed', change: raw.attempted, result: raw.result, output: raw.output };
}

function calledFailure(of: Judged, raw: ItemResult): Problem {
  const conditions = of.task.failedWhen ?? [];
  const values = conditions.flatMap((one) => explain(one, resultScope(of, raw)));
  return failure(of, {
    what: `failed_when is true: ${conditions.map((one) => one.source).join(' && ')}`,
    why: values.length === 0 ? undefined : values.join('\n'),
    remedy: 'Look at what the task has printed. If that is no failure, correct failed_when.',
  });
}

/** In a plan: a command, a request and the like may fail for their own reasons. */
function mayFail({ mode }: Judged, raw: ItemResult): false | Unknown {
  return mode === 'plan' && raw.kind === 'changed' && raw.change.touches === 'everything'
    ? new Unknown(MAY_FAIL)
    : false;
}

/** If failed_when is false in this case, nothing has run, so nothing has changed. */
const MAY_LACK_FOLDER = 'whether the folder of chdir is there, which is seen only as the command begins';
const MAY_FAIL = 'whether the task fails, which is known only after it has run';

/**
 * Returns the verdicts of a task that the plan does not know. An unknown failure matters only if it would be ignored:
 * after any other failure, the host runs no further step. A failed task does not count as a change.
 */
function openVerdict(
  of: Judged,
  fails: boolean | Unknown,
  changes: boolean | Unknown,
): { readonly open?: OpenVerdict } {
  const { task, over, mode } = of;
  if (mode !== 'plan') return {};
  const isOpen = fails instanceof Unknown && task.ignoreErrors !== undefined && ignores(task, of.scope(over));
  const isExcused = changes === true && task.failedWhen !== undefined && task.arguments.has('chdir');
  const perhaps = isOpen ? fails : isExcused ? new Unknown(MAY_LACK_FOLDER) : undefined;
  const open = { changed: changes === true ? (perhaps ?? true) : changes, failed: isOpen ? fails : false };
  return open.changed instanceof Unknown || isOpen ? { open } : {};
}

/**
 * Returns whether the task has failed. If it failed before it had the result that the conditions use, its own failure
 * is reported. The same applies to the exit status of a command that was not begun: `failed_when: result.rc == 3` is
 * about commands that have run.
 */
function isFailure(of: Judged, conditions: readonly Expression[], raw: ItemResult): boolean | Unknown {
  const { rc, ...others } = raw.result;
  const hasNone = raw.kind === 'failed' && (Object.keys(raw.result).length === 0 || rc === null);
  try {
    return all(conditions, resultScope(of, hasNone ? { ...raw, result: others } : raw));
  } catch (error) {
    if (error instanceof Problem && hasNone) return true;
    throw error;
  }
}

/** Returns the task's variables with its result: as `result`, and under the name of `register`. */
export function resultScope(of: Judged, result: ItemResult): Scope {
  const { task, over } = of;
  const failed = result.kind === 'failed' || mayFail(of, result);
  const value: ValueMap = { ...result.result, changed: result.kind === 'changed', failed, skipped: false };
  const variables = new Map<string, Value>([['result', value]]);
  if (task.register !== undefined) variables.set(task.register, value);
  return of.scope([...over, { level: 'set_fact', origin: 'result of the task', variables }]);
}

/** Returns the outcome of one item for the events. `notifies`: the handlers that its change has called for. */
export function outcomeOf(task: Task, scope: Scope, result: ItemResult, notifies: readonly string[]): TaskOutcome {
  switch (result.kind) {
    case 'ok':
    case 'waits':
      return { kind: 'ok' };
    case 'unknown':
      return { kind: 'unknown', because: result.because };
    case 'failed':
      return failedOutcome(result.problem, ignores(task, scope), result.output);
    case 'changed':
      if (isForeseen(result)) return { kind: 'ok' };
      return {
        kind: 'changed',
        differences: result.change.differences,
        certainty: result.change.certainty,
        doubt: result.change.doubt,
        notifies,
      };
    default: {
      const never: never = result;
      throw new Error(`unknown result ${JSON.stringify(never)}`);
    }
  }
}

export type FailedOutcome = Extract<TaskOutcome, { kind: 'failed' }>;

/** Returns the outcome of a failed task for the events. `ignored`: the host continues. */
export function failedOutcome(problem: Problem, ignored: boolean, output?: FailedOutcome['output']): FailedOutcome {
  return { kind: 'failed', problem, ignored, output };
}

/** Evaluates `ignore_errors`. An unknown value ignores nothing. */
export function ignores(task: Task, scope: Scope): boolean {
  return flagOf('ignore_errors', task.ignoreErrors, scope) === true;
}

/** Makes the outcome uncertain for a handler that may not be called for. */
export function doubted(run: Pick<TaskRun, 'doubtful' | 'frame'>, outcome: TaskOutcome): TaskOutcome {
  if (!run.doubtful || outcome.kind !== 'changed' || outcome.certainty !== 'certain') return outcome;
  const what = isHandler(run.frame) ? 'it is notified' : 'the role has run already';
  return { ...outcome, certainty: 'after_change', doubt: `a step before decides whether ${what}` };
}
