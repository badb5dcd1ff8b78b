import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Completed } from '../../connection/connection.ts';
import { Problem, Problems } from '../../errors/problem.ts';
import type { Change, Outcome } from '../../modules/base/module.ts';
import type { Task } from '../../playbook/base/play.ts';
import { type ValueMap, Unknown } from '../../values/base/value.ts';
import { isStackOverflow } from '../../values/language/fault.ts';
import { mask } from '../../values/mask/mask.ts';
import type { Output } from '../base/events.ts';
import { tooDeep } from '../context/step-failure.ts';

/** The result of one task on one host for one loop item, before changed_when, failed_when and the like. */
export type ItemResult =
  | {
      readonly kind: 'ok';
      readonly result: ValueMap;
      readonly effects: Extract<Outcome, { kind: 'in_sync' }>['effects'];
      readonly open?: OpenVerdict;
    }
  | {
      readonly kind: 'changed';
      readonly change: Change;
      /** True if the task has `check_mode: true`: not even a play makes the change. */
      readonly isForeseen?: boolean;
      readonly result: ValueMap;
      readonly output: Output | undefined;
      readonly open?: OpenVerdict;
    }
  | { readonly kind: 'unknown'; readonly because: string; readonly result: ValueMap }
  /** In a plan: the state is not reached, and a play would wait for it. Waiting changes nothing. */
  | { readonly kind: 'waits'; readonly because: string; readonly result: ValueMap }
  | {
      readonly kind: 'failed';
      readonly problem: Problem;
      readonly result: ValueMap;
      readonly output: Output | undefined;
      /** The change that was begun and may have been made, partly or completely. */
      readonly attempted?: Change;
      /** In a plan: a condition about the result is wrong, and no attempt changes that. */
      readonly isMistake?: true;
    };

/**
 * Verdicts that a plan cannot know for a task that it expects to succeed: whether it counts as a change, and whether it
 * fails.
 */
export interface OpenVerdict {
  readonly changed: boolean | Unknown;
  readonly failed: boolean | Unknown;
}

/** Returns whether the result says only what the task would change. */
export function isForeseen(result: ItemResult): boolean {
  return result.kind === 'changed' && result.isForeseen === true;
}

/** The texts of a failure of a task, without its place. */
export interface FailureText {
  readonly what: string;
  readonly why?: string | undefined;
  readonly remedy?: string | undefined;
}

/** Makes the Problem `task-failed` at the place of the module in the task. */
export function failure({ task }: { readonly task: Task }, { what, why, remedy }: FailureText): Problem {
  return new Problem({ code: 'task-failed', what, place: task.modulePlace, why, remedy });
}

/**
 * Returns the Problem if the error is a failure of the task, and the first Problem if there are several. Other errors
 * (an internal error, a lost host) are thrown again.
 */
export function asTaskProblem(error: unknown): Problem {
  if (error instanceof Unreachable) throw error;
  if (error instanceof Problem) return error;
  if (error instanceof Problems) return error.problems[0];
  if (isStackOverflow(error)) return tooDeep(error);
  throw error;
}

/**
 * Returns the end of the output of a script: of stderr, or of stdout if stderr is empty. At most 20 lines, with secrets
 * masked.
 */
export function lastLines(completed: Completed): string {
  const text = completed.stderr.length > 0 ? completed.stderr : completed.stdout;
  // Masked before it is cut: if a secret were cut in two, `mask` would find neither half.
  return mask(text.toString('utf8')).trimEnd().split('\n').slice(-20).join('\n');
}

/** Returns the end of a script as output for a report. Its texts may contain secrets, which renderers mask. */
export function asOutput(completed: Completed): Output {
  return {
    status: completed.status,
    stdout: completed.stdout.toString('utf8'),
    stderr: completed.stderr.toString('utf8'),
  };
}

/** Returns the output of a program in the result of a module. */
export function outputOf(result: ValueMap): Output | undefined {
  const { rc, stdout, stderr } = result;
  if (typeof rc !== 'number') return undefined;
  return {
    status: rc,
    stdout: typeof stdout === 'string' ? stdout : '',
    stderr: typeof stderr === 'string' ? stderr : '',
  };
}

/** Removes the values from a planned result that the plan cannot know. */
export function knownOnly(planned: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(planned).filter(([, value]) => !(value instanceof Unknown)));
}
