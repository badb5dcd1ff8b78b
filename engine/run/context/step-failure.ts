import { Unreachable } from '../../connection/base/unreachable.ts';
import { Problem, Problems } from '../../errors/problem.ts';
import { isStackOverflow } from '../../values/language/fault.ts';
import { deciderOf } from '../base/decider.ts';
import type { TaskIdentity, TaskOutcome } from '../base/events.ts';
import { TaskFailed } from '../base/signals.ts';
import type { HostState } from '../host/host-state.ts';
import type { RunContext } from './context.ts';

/** Returns the problem in an error that a user caused; undefined for a lost host, a signal and an internal error. */
export function userProblem(error: unknown): Problem | undefined {
  if (error instanceof Problems) return error.problems[0];
  if (isStackOverflow(error)) return tooDeep(error);
  return error instanceof Problem && !(error instanceof Unreachable) ? error : undefined;
}

/**
 * Reports and counts the failure of a step that is not a task: a block, an include, the play itself. The returned
 * signal is for the surrounding blocks.
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

/** Reports and counts a step of which a plan cannot know whether it runs, or with which values. `at` is its number. */
export function unknownStep(context: RunContext, { host, step, at, because }: UnknownStep): void {
  host.count('unknown');
  context.machines.get(host.name)?.layUnknown({ open: [], names: [], decider: deciderOf(step, at, false) });
  context.approval?.leaveOpen(host.name, step);
  tell(context, host, step, { kind: 'unknown', because });
}

function tell(context: RunContext, host: HostState, task: TaskIdentity, outcome: TaskOutcome): void {
  const nothing = { delegatedTo: undefined, item: undefined, result: undefined, milliseconds: 0 };
  context.emit({ type: 'task_finished', host: host.name, task, outcome, ...nothing });
}

/**
 * Adds a remedy for facts of a host that no play has connected: they exist after a connection, so the name is not
 * misspelt.
 */
export function withFactsRemedy(problem: Problem): Problem {
  if (problem.code !== 'missing-key' || !/^hostvars\b.* has no key "facts"$/.test(problem.what)) return problem;
  const { code, what, place } = problem;
  const why = 'A host has facts once a play has connected to it.';
  const remedy =
    'Put a play without tasks in front (- hosts: all), and leave no such host out by --limit; or give a fallback: default(…, "…").';
  return new Problem({ code, what, place, why, remedy, cause: problem });
}

/** Makes the problem of values that are nested too deeply; the author or the host causes the depth. */
export function tooDeep(cause: unknown): Problem {
  const remedy = 'Find the value that is put into itself again and again, as by set_fact in a loop.';
  return new Problem({
    code: 'nested-too-deeply',
    what: 'a value is nested too deeply to be worked with',
    remedy,
    cause,
  });
}
