import type { Unreachable } from '../connection/unreachable.ts';
import type { Problem } from '../errors/problem.ts';

/** A task failed on a host and nothing ignores it. A block's rescue may catch it. */
export class TaskFailed extends Error {
  readonly problem: Problem;
  /** By `any_errors_fatal`, of the task or of a block around it: unless a rescue catches it, it stops the play for all. */
  readonly fatal: boolean;

  constructor(problem: Problem, fatal = false) {
    super(problem.what, { cause: problem });
    this.problem = problem;
    this.fatal = fatal;
  }
}

/** A play of an approved plan met a change that is not in it. Neither a rescue nor `ignore_errors` may carry the host on. */
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

/** `meta: end_host` and `end_play`, an abort because of another host, an interruption: the host takes no further step, and has not failed. */
export class HostStops extends Error {
  readonly reason: 'end_host' | 'end_play' | 'aborted' | 'interrupted';

  constructor(reason: 'end_host' | 'end_play' | 'aborted' | 'interrupted') {
    super(reason);
    this.reason = reason;
  }
}
