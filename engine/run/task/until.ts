import { Problem } from '../../errors/problem.ts';
import type { Task } from '../../playbook/base/play.ts';
import { amountOf } from '../../values/base/amount.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import { resolveWritten } from '../../values/compiled.ts';
import { explain } from '../../values/expression/explain.ts';
import { all } from '../base/conditions.ts';
import type { TaskIdentity } from '../base/events.ts';
import { wrongType } from '../base/wrong-type.ts';
import type { RunContext } from '../context/context.ts';
import { whileWaiting } from '../context/while-waiting.ts';
import { asTaskProblem, type ItemResult, failure } from './item-result.ts';
import { pauseFor } from './loop-pause.ts';
import { type Judged, judge, resultScope } from './task-verdict.ts';

/** Runs the task and returns its result. `again`: states that were seen before are not used. */
export type Attempt = (look: 'first' | 'again', number: number) => Promise<ItemResult>;

export interface Waiting extends Judged {
  readonly context: RunContext;
  readonly host: string;
  readonly identity: TaskIdentity;
  /** The variables of the task, without a result. */
  readonly plain: Scope;
}

/**
 * `until`, `retries`, `delay`: repeats attempts until the expressions are true; without expressions, until the task
 * succeeds. Adds the number of attempts.
 */
export function attempted(of: Waiting, attempt: Attempt): Promise<ItemResult> {
  const { until } = of.task;
  return until === undefined ? attempt('first', 1) : repeated(of, until, attempt);
}

async function repeated(of: Waiting, until: NonNullable<Task['until']>, attempt: Attempt): Promise<ItemResult> {
  const { task, context } = of;
  const retries = numberOf(of, 'retries', resolveWritten(until.retries, of.plain) ?? 3);
  const delayMs = numberOf(of, 'delay', resolveWritten(until.delaySeconds, of.plain) ?? 5) * 1000;
  const began = performance.now();
  for (let attempts = 1; ; attempts += 1) {
    const result = withAttempts(await attempt(attempts === 1 ? 'first' : 'again', attempts), attempts);
    if (context.mode === 'plan') return asPlanned(of, result, retries);
    if (result.kind === 'unknown' || isDone(of, result) === true) return result;
    if (attempts > retries && isExcused(task, result)) return result;
    if (attempts > retries || context.interrupt.aborted) return gaveUp(of, result, attempts, performance.now() - began);
    context.emit({ type: 'task_retried', host: of.host, task: of.identity, attempt: attempts, attempts: retries + 1 });
    const delaying = { host: of.host, activity: { kind: 'delaying', milliseconds: delayMs } } as const;
    await whileWaiting(context, delaying, () => pauseFor(delayMs, context.interrupt));
  }
}

/**
 * Applies changed_when and failed_when, which may ask for the number of the attempt. A plan knows this number only if
 * the task changes nothing.
 */
export function judgeAttempt(of: Judged, raw: ItemResult, number: number): ItemResult {
  if (of.task.until === undefined) return judge(of, raw);
  const isOpen = of.mode === 'plan' && raw.kind === 'changed';
  try {
    return judge(of, numbered(raw, isOpen ? new Unknown(WAITED_FOR) : number));
  } catch (error) {
    if (!isOpen) throw error;
    return { kind: 'failed', problem: asTaskProblem(error), result: {}, output: undefined, isMistake: true };
  }
}

/** Adds the number to a result that conditions can ask. */
function numbered(raw: ItemResult, attempts: Value): ItemResult {
  const isAskable = raw.kind === 'ok' || raw.kind === 'changed' || raw.kind === 'failed';
  return isAskable && Object.keys(raw.result).length > 0 ? { ...raw, result: { ...raw.result, attempts } } : raw;
}

/** Returns whether failed_when says that the last attempt is not a failure. */
function isExcused({ failedWhen }: Task, result: ItemResult): boolean {
  return failedWhen !== undefined && result.kind !== 'failed';
}

function withAttempts(result: ItemResult, attempts: number): ItemResult {
  return { ...result, result: { ...result.result, attempts } };
}

/** A plan does not wait: if the state is not reached, a play would wait for it, and its result is unknown. */
function asPlanned(of: Waiting, result: ItemResult, retries: number): ItemResult {
  switch (result.kind) {
    case 'failed':
      return result.isMistake === true ? result : { kind: 'waits', because: WAITED_FOR, result: {} };
    case 'waits':
      return { kind: 'waits', because: WAITED_FOR, result: {} };
    case 'unknown':
      return { kind: 'waits', because: result.because, result: {} };
    case 'ok':
    case 'changed': {
      if (isNever(of) && !isExcused(of.task, result)) return neverSo(of, withAttempts(result, retries + 1));
      const done = isDone(of, result);
      if (done === true) return result;
      if (done instanceof Unknown)
        return { ...result, result: { ...result.result, attempts: new Unknown(done.because) } };
      if (result.kind === 'ok') return { kind: 'waits', because: WAITED_FOR, result: {} };
      return {
        ...result,
        result: Object.fromEntries(Object.keys(result.result).map((key) => [key, new Unknown(WAITED_FOR)])),
      };
    }
    default: {
      const never: never = result;
      throw new Error(`unknown result ${JSON.stringify(never)}`);
    }
  }
}

/** Returns whether the expressions are false for every result. */
function isNever(of: Waiting): boolean {
  const { task } = of;
  const names = ['result', ...(task.register === undefined ? [] : [task.register])];
  const variables = new Map<string, Value>(names.map((name) => [name, new Unknown(WAITED_FOR)]));
  const scope = of.scope([...of.over, { level: 'set_fact', origin: 'result of the task', variables }]);
  try {
    return all(task.until?.expressions ?? [], scope) === false;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function neverSo(of: Waiting, result: ItemResult): ItemResult {
  const expressions = of.task.until?.expressions ?? [];
  const why = expressions.flatMap((one) => explain(one, resultScope(of, result)));
  const what = `would give up: no attempt makes ${expressions.map((one) => one.source).join(' && ')} true`;
  const problem = failure(of, {
    what,
    why: why.length === 0 ? undefined : why.join('\n'),
    remedy: 'Use the result of the task in `until`.',
  });
  return { kind: 'failed', problem, result: result.result, output: undefined };
}

const WAITED_FOR = 'it is waited for';

/** Returns whether the expressions are true; unknown in some plans. */
function isDone(of: Waiting, result: ItemResult): boolean | Unknown {
  const expressions = of.task.until?.expressions ?? [];
  if (expressions.length === 0) return result.kind !== 'failed';
  try {
    return all(expressions, resultScope(of, result));
  } catch (error) {
    if (result.kind === 'failed' && error instanceof Problem) return false;
    throw error;
  }
}

function gaveUp(of: Waiting, result: ItemResult, attempts: number, milliseconds: number): ItemResult {
  const expressions = of.task.until?.expressions ?? [];
  const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(milliseconds / 1000)} s`;
  const wanted = expressions.map((one) => one.source).join(' && ');
  const what = `gave up after ${tries}${wanted === '' ? '' : `: ${wanted} was never true`}`;
  const values = expressions.flatMap((one) => explain(one, resultScope(of, result)));
  const last =
    result.kind === 'failed'
      ? [`The last attempt: ${result.problem.what}`, ...(result.problem.why ?? '').split('\n')]
      : [];
  const why = [...values, ...last].filter((line) => line !== '').join('\n');
  const problem = failure(of, {
    what,
    why: why === '' ? undefined : why,
    remedy: 'If it takes longer, raise retries or delay; otherwise correct the cause, or the condition.',
  });
  switch (result.kind) {
    case 'failed':
      return { ...result, problem };
    case 'changed':
      return { kind: 'failed', problem, result: result.result, output: result.output, attempted: result.change };
    case 'ok':
    case 'waits':
    case 'unknown':
      return { kind: 'failed', problem, result: result.result, output: undefined };
    default: {
      const never: never = result;
      throw new Error(`unknown result ${JSON.stringify(never)}`);
    }
  }
}

/** A plan makes one attempt, so it needs no number that only an earlier change brings. */
function numberOf({ task, context }: Waiting, what: string, value: Value): number {
  if (value instanceof Unknown && context.mode === 'plan') return 0;
  const amount = amountOf(value);
  if (amount !== undefined) return amount;
  throw wrongType(what, 'a number that is not negative', task.place);
}
