import { Problem } from '../errors/problem.ts';
import type { Task } from '../playbook/play.ts';
import type { Expression } from '../values/expression.ts';
import type { Layer } from '../values/scope.ts';
import type { Scope, Value, ValueMap } from '../values/value.ts';
import type { Unknown } from '../values/value.ts';
import { all } from './conditions.ts';
import type { TaskOutcome } from './events.ts';
import { flagOf } from './flag.ts';
import type { HostState } from './host-state.ts';
import type { ItemResult } from './item-run.ts';
import { failure } from './item-run.ts';

/** A task on a host, with the layers above its own variables: the item of its loop. */
export interface Judged {
  readonly task: Task;
  readonly host: HostState;
  readonly over: readonly Layer[];
}

/** changed_when and failed_when have the last word. */
export function judge(of: Judged, raw: ItemResult): ItemResult {
  const { task } = of;
  let judged = raw;
  if (task.failedWhen !== undefined && (raw.kind === 'failed' || raw.kind === 'ok' || raw.kind === 'changed')) {
    const fails = isFailure(of, task.failedWhen, raw);
    if (fails === true && raw.kind !== 'failed') {
      judged = {
        kind: 'failed',
        problem: failure(of, 'failed_when is true', undefined, undefined),
        result: raw.result,
        output: raw.kind === 'changed' ? raw.output : undefined,
      };
    } else if (fails === false && raw.kind === 'failed') {
      // A command that is allowed to fail has been run all the same.
      judged =
        raw.attempted === undefined
          ? { kind: 'ok', result: raw.result, effects: [] }
          : { kind: 'changed', change: raw.attempted, result: raw.result, output: raw.output };
    }
  }
  if (task.changedWhen !== undefined && judged.kind === 'changed') {
    const changes = all(task.changedWhen, resultScope(of, judged));
    if (changes === false) judged = { kind: 'ok', result: judged.result, effects: [] };
  }
  return judged;
}

/**
 * Where it failed before it had a result that the conditions speak of, its own failure is the one to tell. So it is with the status of a
 * command that was not begun: `failed_when: result.rc == 3` excuses those that a command has.
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

/** The task's variables with its result: as `result`, and under the name of `register`. */
export function resultScope({ task, host, over }: Judged, result: ItemResult): Scope {
  const value: ValueMap = { ...result.result, changed: result.kind === 'changed', failed: result.kind === 'failed', skipped: false };
  const variables = new Map<string, Value>([['result', value]]);
  if (task.register !== undefined) variables.set(task.register, value);
  return host.variables.scope(task, [...over, { level: 'set_fact', origin: 'result of the task', variables }]);
}

export function outcomeOf(
  task: Task,
  scope: Scope,
  result: ItemResult,
  told: { readonly noLog: boolean; readonly notifies: readonly string[] },
): TaskOutcome {
  const { noLog, notifies } = told;
  switch (result.kind) {
    case 'ok':
    case 'waits':
      return { kind: 'ok' };
    case 'unknown':
      return { kind: 'unknown', because: result.because };
    case 'failed':
      return noLog
        ? failedOutcome(hushed(result.problem), ignores(task, scope), undefined)
        : failedOutcome(result.problem, ignores(task, scope), result.output);
    case 'changed':
      return { kind: 'changed', differences: noLog ? [] : result.change.differences, certainty: result.change.certainty, notifies };
    default: {
      const never: never = result;
      throw new Error(`unknown result ${JSON.stringify(never)}`);
    }
  }
}

export type FailedOutcome = Extract<TaskOutcome, { kind: 'failed' }>;

export function failedOutcome(problem: Problem, ignored: boolean, output?: FailedOutcome['output']): FailedOutcome {
  return { kind: 'failed', problem, ignored, output };
}

/** `ignore_errors`. What is not known yet ignores nothing. */
export function ignores(task: Task, scope: Scope): boolean {
  return flagOf('ignore_errors', task.ignoreErrors, scope) === true;
}

/** Why it failed is mostly what it has printed. */
function hushed({ code, what, place, remedy, cause }: Problem): Problem {
  return new Problem({ code, what, place, why: 'What it said is not shown, as no_log says.', remedy, cause });
}
