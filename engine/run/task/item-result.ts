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

/** What one task came to on one host for one loop item, before changed_when, failed_when and the like. */
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
      readonly result: ValueMap;
      readonly output: Output | undefined;
      readonly open?: OpenVerdict;
    }
  | { readonly kind: 'unknown'; readonly because: string; readonly result: ValueMap }
  /** In a plan: it is not so yet, and a play would wait for it. That changes nothing. */
  | { readonly kind: 'waits'; readonly because: string; readonly result: ValueMap }
  | {
      readonly kind: 'failed';
      readonly problem: Problem;
      readonly result: ValueMap;
      readonly output: Output | undefined;
      /** The change that was begun and may have been made, in part or in whole. */
      readonly attempted?: Change;
    };

/** What a plan cannot tell of a task that it takes to go well: whether it counts as a change, and whether it fails. */
export interface OpenVerdict {
  readonly changed: boolean | Unknown;
  readonly failed: boolean | Unknown;
}

/** What a failure of a task says besides where it is. */
export interface FailureText {
  readonly what: string;
  readonly why?: string | undefined;
  readonly remedy?: string | undefined;
}

export function failure({ task }: { readonly task: Task }, { what, why, remedy }: FailureText): Problem {
  return new Problem({ code: 'task-failed', what, place: task.modulePlace, why, remedy });
}

/** Any error that is a task's failure, as the one Problem; others are faults or a lost host and are thrown on. */
export function asTaskProblem(error: unknown): Problem {
  if (error instanceof Unreachable) throw error;
  if (error instanceof Problem) return error;
  if (error instanceof Problems) return error.problems[0];
  if (isStackOverflow(error)) return tooDeep(error);
  throw error;
}

/**
 * The end of what a script printed: of stderr, or of stdout if it left stderr empty. At most 20 lines, with secrets
 * masked.
 */
export function lastLines(completed: Completed): string {
  const text = completed.stderr.length > 0 ? completed.stderr : completed.stdout;
  // Of a secret that is cut in two, neither half would be found.
  return mask(text.toString('utf8')).trimEnd().split('\n').slice(-20).join('\n');
}

export function asOutput(completed: Completed): Output {
  return {
    status: completed.status,
    stdout: completed.stdout.toString('utf8'),
    stderr: completed.stderr.toString('utf8'),
  };
}

/** What a result of a module holds of a program that it ran. */
export function outputOf(result: ValueMap): Output | undefined {
  const { rc, stdout, stderr } = result;
  if (typeof rc !== 'number') return undefined;
  return {
    status: rc,
    stdout: typeof stdout === 'string' ? stdout : '',
    stderr: typeof stderr === 'string' ? stderr : '',
  };
}

/** A planned result without what a plan could not tell. */
export function knownOnly(planned: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(planned).filter(([, value]) => !(value instanceof Unknown)));
}
