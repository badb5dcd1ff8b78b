import { createHash } from 'node:crypto';
import { Problem } from '../../errors/problem.ts';
import type { Difference, Shown } from '../../modules/base/module.ts';
import type { Task } from '../../playbook/base/play.ts';
import { booleanOf } from '../../values/base/boolean-word.ts';
import { concealed } from '../../values/base/concealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Scope, type Value, Unknown, isList, isMap } from '../../values/base/value.ts';
import { resolveWritten } from '../../values/compiled.ts';
import type { TaskOutcome } from './events.ts';
import { wrongType } from './wrong-type.ts';

/** The text in reports in place of everything that `no_log` hides. */
export const HIDDEN = 'hidden by no_log';

/** Whether a task is hidden. `mistake`: the value of no_log is itself wrong; only this mistake is reported then. */
export interface Hush {
  readonly hides: boolean;
  /** True if only the lines of texts are hidden: `diff: false`. */
  readonly hidesLines?: boolean;
  readonly mistake?: Problem;
}

/**
 * Evaluates `no_log` with these variables. An unknown value may become true, so it hides too. Never throws a mistake of
 * the user.
 */
export function hushOf(task: Pick<Task, 'settings' | 'place'>, scope: Scope): Hush {
  try {
    return { hides: isNoLog(task, scope), hidesLines: isWithoutDiff(task, scope) };
  } catch (mistake) {
    if (!(mistake instanceof Problem)) throw mistake;
    return { hides: true, mistake };
  }
}

/** Like `hushOf`, but throws Problem if no_log is wrong. */
export function isNoLog({ settings, place }: Pick<Task, 'settings' | 'place'>, scope: Scope): boolean {
  const value = resolveWritten(settings.noLog, scope) ?? false;
  if (value instanceof Unknown) return true;
  const meant = booleanOf(value);
  if (meant !== undefined) return meant;
  throw wrongType('no_log', 'true or false', settings.noLog?.place ?? place);
}

function isWithoutDiff({ settings: { diff }, place }: Pick<Task, 'settings' | 'place'>, scope: Scope): boolean {
  const value = resolveWritten(diff, scope);
  if (value === undefined) return false;
  if (value instanceof Unknown) return true;
  const meant = booleanOf(value);
  if (meant === undefined) throw wrongType('diff', 'true or false', diff?.place ?? place);
  return !meant;
}

function withoutLines(difference: Difference): Difference {
  if (difference.kind !== 'text') return difference;
  return { ...difference, before: digested(difference.before), after: digested(difference.after) };
}

function digested(text: Shown | undefined): Shown | undefined {
  if (typeof text !== 'string') return text;
  return { size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

/** Reduces an outcome to its kind: what was changed, the reason of a failure or a wait, and output are removed. */
export function hushedOutcome(outcome: TaskOutcome, hush: Hush): TaskOutcome {
  if (!hush.hides) {
    if (hush.hidesLines !== true || outcome.kind !== 'changed') return outcome;
    return { ...outcome, differences: outcome.differences.map(withoutLines) };
  }
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

/** Removes the texts and the place of a problem, because the excerpt of the playbook at the place would be shown. */
export function hushedProblem(problem: Problem, { hides, mistake }: Hush): Problem {
  if (!hides || isSame(problem, mistake)) return problem;
  const { code, what, remedy } = problem;
  // The name of a variable is in the playbook, and does not reveal its value.
  if (code === 'undefined-variable') return new Problem({ code, what, remedy, cause: problem });
  return new Problem({
    code,
    what: `why it failed is ${HIDDEN}`,
    remedy: 'To see why, run it once with no_log: false where nobody else reads the output.',
    cause: problem,
  });
}

/**
 * Like `hushedProblem`, for a task that has not begun: the problem names the task, because nothing else identifies it.
 */
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
 * Hides the texts in the result of a failed task for its rescue: they can be used, and are masked wherever they are
 * shown.
 */
export function hushedResult(result: Value, { hides }: Hush): Value {
  if (!hides) return result;
  if (!isMap(result)) return concealed(result);
  return concealed('msg' in result ? { ...result, msg: Secret.around(HIDDEN) } : result);
}

/**
 * Renames the unknown values in a result for later tasks: they name only the task (its `id`), because the reason could
 * contain its arguments. Other values stay as they are.
 */
export function hushedUnknowns<Held extends Value>(value: Held, id: string, hush: Hush): Held;
export function hushedUnknowns(value: Value, id: string, hush: Hush): Value {
  if (!hush.hides || typeof value !== 'object' || value === null || value instanceof Secret) return value;
  if (value instanceof Unknown) return new Unknown(`the task at ${id}`, value.fresh);
  if (isList(value)) return value.map((item) => hushedUnknowns(item, id, hush));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hushedUnknowns(member, id, hush)]));
}
