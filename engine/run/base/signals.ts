import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Problem } from '../../errors/problem.ts';
import type { Value } from '../../values/base/value.ts';

/** The failure for a rescue. */
export interface FailedTask {
  readonly name: string;
  readonly result: Value;
}

/** A task failed on a host, and its errors are not ignored. The rescue of a block may catch it. */
export class TaskFailed extends Error {
  readonly problem: Problem;
  readonly task: FailedTask;
  /** True if another host failed at a task that it did for this host too. */
  readonly elsewhere: boolean;

  constructor(problem: Problem, task: FailedTask, how: { readonly elsewhere?: boolean } = {}) {
    super(problem.what, { cause: problem });
    this.problem = problem;
    this.task = task;
    this.elsewhere = how.elsewhere ?? false;
  }
}

/**
 * A play of an approved plan met a change that is not in it. Neither a rescue nor `ignore_errors` lets the host
 * continue.
 */
export class NotInPlan extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.what, { cause: problem });
    this.problem = problem;
  }
}

/** The host was lost. No rescue catches it, because the rescue could not run. */
export class HostGone extends Error {
  readonly problem: Unreachable | Problem;

  constructor(problem: Unreachable | Problem) {
    super(problem.what, { cause: problem });
    this.problem = problem;
  }
}

/** Returns the signal if the error is a lost connection; undefined if it is a failure of the task. */
export function asHostGone(error: unknown): HostGone | undefined {
  if (error instanceof HostGone) return error;
  return error instanceof Unreachable ? new HostGone(error) : undefined;
}

/**
 * The host runs no further step, and has not failed: `meta: end_host` or `end_play`, an abort because of another host,
 * or an interruption.
 */
export class HostStops extends Error {
  readonly reason: 'end_host' | 'end_play' | 'aborted' | 'interrupted';

  constructor(reason: 'end_host' | 'end_play' | 'aborted' | 'interrupted') {
    super(reason);
    this.reason = reason;
  }
}

/** Returns whether a task of the playbook asked for the end. A rescue that ends in this way was successful. */
export function isEndOnDemand(error: unknown): boolean {
  return error instanceof HostStops && (error.reason === 'end_host' || error.reason === 'end_play');
}
