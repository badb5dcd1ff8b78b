import { Unreachable } from '../connection/unreachable.ts';
import { Problem, Problems } from '../errors/problem.ts';
import type { RunContext } from './context.ts';
import type { TaskIdentity } from './events.ts';
import type { HostState } from './host-state.ts';
import { TaskFailed } from './signals.ts';

/** What went wrong, where a user did it; undefined for a lost host, a signal and a fault of ours. */
export function userProblem(error: unknown): Problem | undefined {
  if (error instanceof Problems) return error.problems[0];
  return error instanceof Problem && !(error instanceof Unreachable) ? error : undefined;
}

/** Tells and counts the failure of what is no task: a block, an include, the play itself. The signal is for the blocks around it. */
export function failedStep(context: RunContext, host: HostState, step: TaskIdentity, problem: Problem): TaskFailed {
  host.count('failed');
  const outcome = { kind: 'failed', problem, ignored: false, output: undefined } as const;
  context.emit({
    type: 'task_finished',
    host: host.name,
    delegatedTo: undefined,
    task: step,
    item: undefined,
    outcome,
    result: undefined,
    milliseconds: 0,
  });
  return new TaskFailed(problem);
}
