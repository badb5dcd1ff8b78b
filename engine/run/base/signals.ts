import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Problem } from '../../errors/problem.ts';
import type { Value } from '../../values/base/value.ts';

/** What failed, for a rescue. */
export interface FailedTask {
  readonly name: string;
  readonly result: Value;
}

/** A task failed on a host and nothing ignores it. A block's rescue may catch it. */
export class TaskFailed extends Error {
  readonly problem: Problem;
  readonly task: FailedTask;
  /** True where another host failed at a task that it did for this one too. */
  readonly elsewhere: boolean;

  constructor(problem: Problem, task: FailedTask, how: { readonly elsewhere?: boolean } = {}) {
    super(problem.what, { cause: problem });
    this.problem = problem;
    this.task = task;
    this.elsewhere = how.elsewhere ?? false;
  }
}

/**
 * A play of an approved plan met a change that is not in it. Neither a rescue nor `ignore_errors` may carry the host
 * on.
 */
export class NotInPlan extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.what, { cause: problem });
    this.problem = problem;
  }
}

/** The host went away. No rescue catches it: there is nobody left to rescue. */
export class HostGone extends Error {
  readonly problem: Unreachable | Problem;

  constructor(problem: Unreachable | Problem) {
    super(problem.what, { cause: problem });
    this.problem = problem;
  }
}

/** A lost connection in the middle of a task, told from a task's failure. */
export function asHostGone(error: unknown): HostGone | undefined {
  if (error instanceof HostGone) return error;
  return error instanceof Unreachable ? new HostGone(error) : undefined;
}

/**
 * `meta: end_host` and `end_play`, an abort because of another host, an interruption: the host takes no further step,
 * and has not failed.
 */
export class HostStops extends Error {
  readonly reason: 'end_host' | 'end_play' | 'aborted' | 'interrupted';

  constructor(reason: 'end_host' | 'end_play' | 'aborted' | 'interrupted') {
    super(reason);
    this.reason = reason;
  }
}

/** Whether a task of the playbook asked for the end. A rescue that ends so has done its work. */
export function isEndOnDemand(error: unknown): boolean {
  return error instanceof HostStops && (error.reason === 'end_host' || error.reason === 'end_play');
}
