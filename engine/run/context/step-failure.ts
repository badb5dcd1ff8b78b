import { Unreachable } from '../../connection/base/unreachable.ts';
import { Problem, Problems } from '../../errors/problem.ts';
import { isStackOverflow } from '../../values/language/fault.ts';
import { deciderOf } from '../base/decider.ts';
import type { TaskIdentity, TaskOutcome } from '../base/events.ts';
import { TaskFailed } from '../base/signals.ts';
import type { HostState } from '../host/host-state.ts';
import type { RunContext } from './context.ts';

/** What went wrong, where a user did it; undefined for a lost host, a signal and a fault of ours. */
export function userProblem(error: unknown): Problem | undefined {
  if (error instanceof Problems) return error.problems[0];
  if (isStackOverflow(error)) return tooDeep(error);
  return error instanceof Problem && !(error instanceof Unreachable) ? error : undefined;
}

/**
 * Tells and counts the failure of what is no task: a block, an include, the play itself. The signal is for the blocks
 * around it.
 */
export function failedStep(context: RunContext, host: HostState, step: TaskIdentity, problem: Problem): TaskFailed {
  host.count('failed');
  tell(context, host, step, { kind: 'failed', problem, ignored: false, output: undefined });
  return new TaskFailed(problem, {
    name: step.name,
    result: { changed: false, failed: true, skipped: false, msg: problem.what },
  });
}

export interface UnknownStep {
  readonly host: HostState;
  readonly step: TaskIdentity;
  readonly at: number;
  readonly because: string;
}

/** Tells and counts that a plan cannot know whether such a step is done, or with what. Its number is `at`. */
export function unknownStep(context: RunContext, { host, step, at, because }: UnknownStep): void {
  host.count('unknown');
  context.machines.get(host.name)?.layUnknown([], deciderOf(step, at, false));
  context.approval?.leaveOpen(host.name, step);
  tell(context, host, step, { kind: 'unknown', because });
}

function tell(context: RunContext, host: HostState, task: TaskIdentity, outcome: TaskOutcome): void {
  const nothing = { delegatedTo: undefined, item: undefined, result: undefined, milliseconds: 0 };
  context.emit({ type: 'task_finished', host: host.name, task, outcome, ...nothing });
}

/** Facts of a host that no play has connected to are no slip of the pen: they can be had. */
export function withFactsRemedy(problem: Problem): Problem {
  if (problem.code !== 'missing-key' || !/^hostvars\b.* has no key "facts"$/.test(problem.what)) return problem;
  const { code, what, place } = problem;
  const why = 'A host has facts once a play has connected to it.';
  const remedy =
    'Put a play without tasks in front (- hosts: all), and leave no such host out by --limit; or give a fallback: default(…, "…").';
  return new Problem({ code, what, place, why, remedy, cause: problem });
}

/** Values that are nested so deeply are the author's or the host's doing. */
export function tooDeep(cause: unknown): Problem {
  const remedy = 'Find the value that is put into itself again and again, as by set_fact in a loop.';
  return new Problem({
    code: 'nested-too-deeply',
    what: 'a value is nested too deeply to be worked with',
    remedy,
    cause,
  });
}
