import { Problem } from '../../errors/problem.ts';
import type { Task } from '../../playbook/base/play.ts';
import { concealed } from '../../values/base/concealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Scope, type Value, Unknown, isList, isMap } from '../../values/base/value.ts';
import type { TaskOutcome } from './events.ts';
import { wrongType } from './wrong-type.ts';

/** What stands in every report where a task under `no_log` would say something. */
export const HIDDEN = 'hidden by no_log';

/** Whether a task may say anything. `mistake`: no_log itself is wrong, which is the one thing that is told then. */
export interface Hush {
  readonly hides: boolean;
  readonly mistake?: Problem;
}

/**
 * What `no_log` says under these variables. What cannot be told yet may be true, so it hides. Never throws a user's
 * mistake.
 */
export function hushOf(task: Pick<Task, 'settings' | 'place'>, scope: Scope): Hush {
  try {
    return { hides: isNoLog(task, scope) };
  } catch (mistake) {
    if (!(mistake instanceof Problem)) throw mistake;
    return { hides: true, mistake };
  }
}

/** As `hushOf`. Throws Problem where no_log is wrong. */
export function isNoLog({ settings, place }: Pick<Task, 'settings' | 'place'>, scope: Scope): boolean {
  const value = settings.noLog?.resolve(scope) ?? false;
  if (typeof value === 'boolean') return value;
  if (value instanceof Unknown) return true;
  throw wrongType('no_log', 'true or false', settings.noLog?.place ?? place);
}

/** An outcome with its kind alone: what was changed, why it failed or waits, and what it printed are taken out. */
export function hushedOutcome(outcome: TaskOutcome, hush: Hush): TaskOutcome {
  if (!hush.hides) return outcome;
  switch (outcome.kind) {
    case 'ok':
      return outcome;
    case 'skipped':
      return outcome;
    case 'unknown':
      return { kind: 'unknown', because: `what is ${HIDDEN}` };
    case 'changed':
      return { ...outcome, differences: [], doubt: outcome.doubt === undefined ? undefined : HIDDEN };
    case 'failed':
      return {
        kind: 'failed',
        problem: hushedProblem(outcome.problem, hush),
        ignored: outcome.ignored,
        output: undefined,
      };
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

/** The problem without its texts, and without its place: the lines of the playbook there would be shown. */
export function hushedProblem(problem: Problem, { hides, mistake }: Hush): Problem {
  if (!hides || isSame(problem, mistake)) return problem;
  const { code, what, remedy } = problem;
  // The names of variables stand in the playbook, and nothing of their values is told.
  if (code === 'undefined-variable') return new Problem({ code, what, remedy, cause: problem });
  return new Problem({
    code,
    what: `why it failed is ${HIDDEN}`,
    remedy: 'To see why, run it once with no_log: false where nobody else reads the output.',
    cause: problem,
  });
}

/** As `hushedProblem`, of a task whose turn has not come: it is named, as nothing else tells which one it is. */
export function hushedAhead(problem: Problem, id: string, hush: Hush): Problem {
  const hushed = hushedProblem(problem, hush);
  if (hushed === problem) return problem;
  const { code, what, remedy } = hushed;
  return new Problem({ code, what: `the task at ${id} would fail: ${what}`, remedy, cause: problem });
}

function isSame(problem: Problem, mistake: Problem | undefined): boolean {
  return mistake !== undefined && problem.code === mistake.code && problem.what === mistake.what;
}

/**
 * The result of a failed task as a rescue sees it: it may be asked, and its texts are masked wherever they are shown.
 */
export function hushedResult(result: Value, { hides }: Hush): Value {
  if (!hides) return result;
  if (!isMap(result)) return concealed(result);
  return concealed('msg' in result ? { ...result, msg: Secret.around(HIDDEN) } : result);
}

/**
 * A result for tasks that follow: what is unknown of it is named after the task alone, as the reason would tell of its
 * arguments.
 */
export function hushedUnknowns<Held extends Value>(value: Held, id: string, hush: Hush): Held;
export function hushedUnknowns(value: Value, id: string, hush: Hush): Value {
  if (!hush.hides || typeof value !== 'object' || value === null || value instanceof Secret) return value;
  if (value instanceof Unknown) return new Unknown(`the task at ${id}`, value.fresh);
  if (isList(value)) return value.map((item) => hushedUnknowns(item, id, hush));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hushedUnknowns(member, id, hush)]));
}
