import { Problem } from '../errors/problem.ts';
import type { Expression } from '../values/expression.ts';
import type { Task } from '../playbook/play.ts';
import type { Layer } from '../values/scope.ts';
import { MASK, Secret } from '../values/secret.ts';
import type { Scope, Value, ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import type { Batch, RunContext } from './context.ts';
import { applyEffects } from './effects.ts';
import type { TaskIdentity, TaskOutcome } from './events.ts';
import { foresee } from './foresee.ts';
import { itemsOf, loopLayer } from './loop.ts';
import type { HostState } from './host-state.ts';
import type { ItemResult, ItemRun } from './item-run.ts';
import { asTaskProblem, failure, retry, runItem } from './item-run.ts';
import type { Route, Stop } from './itinerary.ts';
import { pauseBetween } from './loop-pause.ts';
import { connectFor } from './machines.ts';
import { forgetOwed } from './owed-handlers.ts';
import type { Prepared } from './prepare.ts';
import { unknownIn, wrongType } from './prepare.ts';
import { prepareNow } from './prepared-ahead.ts';
import { NotInPlan, TaskFailed } from './signals.ts';
import { throttled } from './throttle.ts';

export interface TaskRun {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  readonly task: Task;
  readonly stop: Stop;
  readonly route: Route | undefined;
  readonly handler: boolean;
  /** A handler that nothing certain has called for. */
  readonly doubtful: boolean;
  readonly alone: boolean;
}

/** Runs one task on one host, all its loop items. Throws TaskFailed unless it went well or its errors are ignored. */
export async function runTask(run: TaskRun): Promise<void> {
  const { task, host } = run;
  const plain = host.variables.scope(task);
  const identity = identityOf(run, plain);
  host.doing = identity;
  let items: readonly (Value | undefined)[] | Unknown;
  try {
    items = itemsOf(task, plain);
  } catch (error) {
    const problem = asTaskProblem(error);
    const ignored = ignores(task, plain);
    finish(run, identity, undefined, undefined, { kind: 'failed', problem, ignored, output: undefined }, undefined, 0);
    remember(run, { changed: false, failed: true, msg: problem.what });
    if (ignored) return;
    throw new TaskFailed(problem);
  }
  if (items instanceof Unknown) {
    host.call(nameableNotifies(task, plain), 'doubtful');
    finish(run, identity, undefined, undefined, { kind: 'unknown', because: items.because }, undefined, 0);
    remember(run, new Unknown(items.because));
    return;
  }
  const results = await runAll(run, identity, plain, items);
  const result = task.loop === undefined ? (results[0]?.value ?? {}) : aggregate(results);
  remember(run, result);
  host.doing = undefined;
  const failed = results.find((one) => one.failed !== undefined)?.failed;
  if (failed !== undefined) throw new TaskFailed(failed);
}

/** Every item. A throttled loop goes through all of them on one host before it begins on the next: what they make may belong together. */
async function runAll(
  run: TaskRun,
  identity: TaskIdentity,
  plain: Scope,
  items: readonly (Value | undefined)[],
): Promise<readonly Recorded[]> {
  const { task } = run;
  if (task.loop === undefined) return [await runOne(run, identity, [], undefined)];
  const { loop } = task;
  return await inTurn(run, plain, async () => {
    const results: Recorded[] = [];
    for (const [index, item] of items.entries()) {
      await pauseBetween(run.context, loop, index);
      results.push(await runOne(run, identity, item === undefined ? [] : [loopLayer(loop, item, index)], item));
    }
    return results;
  });
}

/** Waits until so many hosts may be in the task. A plan does not wait. */
function inTurn<Result>(run: TaskRun, scope: Scope, work: () => Promise<Result>): Promise<Result> {
  const most = run.context.mode === 'plan' ? undefined : run.task.throttle?.resolve(scope);
  return throttled(run.batch, run.stop, most, run.task.place, work);
}

interface Recorded {
  readonly value: Value;
  readonly changed: boolean;
  readonly failed: Problem | undefined;
}

async function runOne(run: TaskRun, whole: TaskIdentity, over: readonly Layer[], item: Value | undefined): Promise<Recorded> {
  const { task, host, context } = run;
  const began = performance.now();
  const scope = host.variables.scope(task, over);
  if (host.unreached.size > 0) for (const name of nameableNotifies(task, scope)) host.unreached.delete(name);
  // Only with the item's variables a name that speaks of the item can be told.
  const identity = item === undefined ? whole : identityOf(run, scope);
  let label: string | undefined;
  try {
    label = item === undefined ? undefined : labelOf(task, scope, item);
    const holds = all(task.when, scope);
    if (holds === false) {
      finish(run, identity, label, undefined, { kind: 'skipped', why: 'its condition is false' }, undefined, began);
      return { value: { changed: false, skipped: true, failed: false }, changed: false, failed: undefined };
    }
    if (holds instanceof Unknown) return unknown(run, identity, label, holds.because, scope, began);
    const preparing = await prepareNow(context, { host, task, item }, scope);
    if (preparing.kind === 'unknown') return unknown(run, identity, label, preparing.because, scope, began);
    // Only a plan can do with what is not known.
    const missing = context.mode === 'play' ? unknownIn(preparing.prepared) : undefined;
    if (missing !== undefined) return unknown(run, identity, label, missing.because, scope, began);
    return await runPrepared(run, identity, over, item, label, preparing.prepared, scope, began);
  } catch (error) {
    const problem = error instanceof NotInPlan ? error.problem : asTaskProblem(error);
    const ignored = !(error instanceof NotInPlan) && ignores(task, scope);
    finish(run, identity, label, undefined, { kind: 'failed', problem, ignored, output: undefined }, undefined, began);
    if (error instanceof NotInPlan) throw error;
    return { value: { changed: false, failed: true, msg: problem.what }, changed: false, failed: ignored ? undefined : problem };
  }
}

async function runPrepared(
  run: TaskRun,
  identity: TaskIdentity,
  over: readonly Layer[],
  item: Value | undefined,
  label: string | undefined,
  prepared: Prepared,
  scope: Scope,
  began: number,
): Promise<Recorded> {
  const { task, host, context, batch } = run;
  const machine = await connectFor(context, host, prepared.delegate);
  const notifies = notifiesOf(task, scope);
  const view = machine.view(prepared.privilege);
  const itemRun: ItemRun = {
    context,
    batch,
    host,
    task,
    at: run.stop.at,
    identity,
    item: label,
    prepared,
    machine,
    notifies,
    calledFor: new Set(),
    alone: run.alone,
    foresee: () => foresee(context, host, run.route, view),
  };
  const once = (look: 'first' | 'again'): Promise<ItemResult> => runItem(itemRun, look).catch(failedItem);
  const attempt = task.loop === undefined ? (look: 'first' | 'again') => inTurn(run, scope, () => once(look)) : once;
  const raw = task.until === undefined ? await attempt('first') : await untilSo(run, identity, over, scope, attempt);
  const judged = judge(run, over, raw);
  const outcome = doubted(run, outcomeOf(task, scope, judged, prepared.noLog, notifies));
  if (outcome.kind === 'changed')
    host.call(notifies, outcome.certainty === 'after_change' && context.mode === 'plan' ? 'doubtful' : 'certain');
  else if (outcome.kind === 'unknown') host.call(notifies, 'doubtful');
  else if (outcome.kind === 'ok') {
    // It was written down ahead of a change that changed_when does not count as one.
    for (const name of itemRun.calledFor) forgetOwed(context, host, name);
  }
  if (judged.kind === 'ok') await applyEffects(context, host, identity, judged.effects ?? []);
  const result = shape(judged, item, task);
  finish(run, identity, label, prepared.delegate, outcome, prepared.noLog ? undefined : result, began);
  const failed = outcome.kind === 'failed' && !outcome.ignored ? outcome.problem : undefined;
  if (judged.kind === 'unknown' && Object.keys(judged.result).length === 0)
    return { value: new Unknown(judged.because), changed: false, failed };
  return { value: result, changed: outcome.kind === 'changed', failed };
}

type Attempt = (look: 'first' | 'again') => Promise<ItemResult>;

function failedItem(error: unknown): ItemResult {
  return { kind: 'failed', problem: asTaskProblem(error), result: {}, output: undefined };
}

function notifiesOf(task: Task, scope: Scope): readonly string[] {
  return task.notify.map((name) => textOf(name.render(scope), task));
}

/** Of a task that cannot be planned yet: the handlers that can be named without what is unknown, such as the loop's item. */
function nameableNotifies(task: Task, scope: Scope): readonly string[] {
  return task.notify.flatMap((template) => {
    try {
      const name = template.render(scope);
      return typeof name === 'string' ? [name] : [];
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  });
}

/** A handler that is only perhaps called for changes only perhaps what it would. */
function doubted(run: TaskRun, outcome: TaskOutcome): TaskOutcome {
  if (!run.doubtful || outcome.kind !== 'changed' || outcome.certainty !== 'certain') return outcome;
  return { ...outcome, certainty: 'after_change' };
}

function unknown(run: TaskRun, identity: TaskIdentity, label: string | undefined, because: string, scope: Scope, began: number): Recorded {
  if (run.context.mode === 'play') {
    const problem = failure(run, `what it needs is not known: ${because}`, undefined, undefined);
    finish(run, identity, label, undefined, { kind: 'failed', problem, ignored: false, output: undefined }, undefined, began);
    return { value: {}, changed: false, failed: problem };
  }
  run.host.call(nameableNotifies(run.task, scope), 'doubtful');
  finish(run, identity, label, undefined, { kind: 'unknown', because }, undefined, began);
  return { value: new Unknown(because), changed: false, failed: undefined };
}

/** changed_when and failed_when have the last word. */
function judge(run: TaskRun, over: readonly Layer[], raw: ItemResult): ItemResult {
  const { task } = run;
  let judged = raw;
  if (task.failedWhen !== undefined && (raw.kind === 'failed' || raw.kind === 'ok' || raw.kind === 'changed')) {
    const fails = all(task.failedWhen, resultScope(run, over, raw));
    if (fails === true && raw.kind !== 'failed') {
      judged = {
        kind: 'failed',
        problem: failure(run, 'failed_when is true', undefined, undefined),
        result: raw.result,
        output: raw.kind === 'changed' ? raw.output : undefined,
      };
    } else if (fails === false && raw.kind === 'failed') {
      // A command that is allowed to fail has been run all the same.
      judged =
        raw.attempted === undefined
          ? { kind: 'ok', result: raw.result, effects: [] }
          : { kind: 'changed', change: raw.attempted, result: raw.result, output: raw.output };
    }
  }
  if (task.changedWhen !== undefined && judged.kind === 'changed') {
    const changes = all(task.changedWhen, resultScope(run, over, judged));
    if (changes === false) judged = { kind: 'ok', result: judged.result, effects: [] };
  }
  return judged;
}

async function untilSo(run: TaskRun, identity: TaskIdentity, over: readonly Layer[], scope: Scope, attempt: Attempt): Promise<ItemResult> {
  const { task, context } = run;
  const until = task.until;
  if (until === undefined) return attempt('first');
  const retries = numberOf(until.retries?.resolve(scope) ?? 3, 'retries', task);
  const delayMs = numberOf(until.delaySeconds?.resolve(scope) ?? 5, 'delay', task) * 1000;
  const done = (result: ItemResult): boolean => {
    if (context.mode === 'plan' || result.kind === 'unknown') return true;
    if (until.expressions.length === 0) return result.kind !== 'failed';
    try {
      return all(until.expressions, resultScope(run, over, result)) === true;
    } catch (error) {
      if (result.kind === 'failed' && error instanceof Problem) return false;
      throw error;
    }
  };
  const again = (count: number): void =>
    context.emit({ type: 'task_retried', host: run.host.name, task: identity, attempt: count, attempts: retries + 1 });
  const { result, attempts, satisfied } = await retry(attempt, done, { retries, delayMs, again, interrupt: context.interrupt });
  if (context.mode === 'plan' && result.kind === 'failed') return { kind: 'waits', because: 'it is waited for', result: {} };
  if (context.mode === 'plan' && result.kind === 'unknown') return { kind: 'waits', because: result.because, result: {} };
  if (satisfied) return result;
  if (result.kind === 'failed') return result;
  const what = `it was still not so after ${attempts} attempts: ${until.expressions.map((one) => one.source).join(' && ')}`;
  return {
    kind: 'failed',
    problem: failure(run, what, undefined, undefined),
    result: result.kind === 'unknown' ? {} : result.result,
    output: result.kind === 'changed' ? result.output : undefined,
  };
}

function resultScope(run: TaskRun, over: readonly Layer[], result: ItemResult): Scope {
  const value: ValueMap = { ...result.result, changed: result.kind === 'changed', failed: result.kind === 'failed' };
  const variables = new Map<string, Value>([['result', value]]);
  if (run.task.register !== undefined) variables.set(run.task.register, value);
  return run.host.variables.scope(run.task, [...over, { level: 'set_fact', origin: 'result of the task', variables }]);
}

function outcomeOf(task: Task, scope: Scope, result: ItemResult, noLog: boolean, notifies: readonly string[]): TaskOutcome {
  switch (result.kind) {
    case 'ok':
    case 'waits':
      return { kind: 'ok' };
    case 'unknown':
      return { kind: 'unknown', because: result.because };
    case 'failed':
      return { kind: 'failed', problem: result.problem, ignored: ignores(task, scope), output: noLog ? undefined : result.output };
    case 'changed':
      return { kind: 'changed', differences: noLog ? [] : result.change.differences, certainty: result.change.certainty, notifies };
    default: {
      const never: never = result;
      throw new Error(`unknown result ${JSON.stringify(never)}`);
    }
  }
}

function shape(result: ItemResult, item: Value | undefined, task: Task): ValueMap {
  return {
    ...result.result,
    changed: result.kind === 'changed',
    failed: result.kind === 'failed',
    ...(result.kind === 'failed' ? { msg: result.problem.what } : {}),
    ...(item === undefined || task.loop === undefined ? {} : { [task.loop.variable]: item }),
  };
}

function aggregate(results: readonly Recorded[]): ValueMap {
  return {
    results: results.map((one) => one.value),
    changed: results.some((one) => one.changed),
    failed: results.some((one) => one.failed !== undefined),
  };
}

function remember(run: TaskRun, value: Value): void {
  if (run.task.register !== undefined) run.host.variables.remember(run.task.register, value);
}

function finish(
  run: TaskRun,
  task: TaskIdentity,
  item: string | undefined,
  delegatedTo: string | undefined,
  outcome: TaskOutcome,
  result: ValueMap | undefined,
  began: number,
): void {
  const { context, host } = run;
  if (outcome.kind === 'failed') host.count(outcome.ignored ? 'ignored' : 'failed');
  else host.count(outcome.kind);
  if (outcome.kind === 'unknown') context.approval?.leaveOpen(host.name, task);
  const milliseconds = began === 0 ? 0 : performance.now() - began;
  context.emit({ type: 'task_finished', host: host.name, delegatedTo, task, item, outcome, result, milliseconds });
}

function labelOf(task: Task, scope: Scope, item: Value): string {
  const label = task.loop?.label?.render(scope) ?? item;
  if (label instanceof Secret) return String(label);
  return typeof label === 'object' ? JSON.stringify(label) : String(label);
}

/** Of tasks whose names are the same for all hosts. */
const identities = new WeakMap<Task, { readonly task: TaskIdentity; readonly handler: TaskIdentity }>();

function identityOf(run: TaskRun, scope: Scope): TaskIdentity {
  const { task, handler } = run;
  if (task.name !== undefined && task.name.references.size > 0) return namedIdentity(task, handler, scope);
  let known = identities.get(task);
  if (known === undefined)
    identities.set(task, (known = { task: namedIdentity(task, false, scope), handler: namedIdentity(task, true, scope) }));
  return handler ? known.handler : known.task;
}

function namedIdentity(task: Task, handler: boolean, scope: Scope): TaskIdentity {
  let name: string;
  try {
    const rendered = task.name?.render(scope);
    name = typeof rendered === 'string' || typeof rendered === 'number' ? `${rendered}` : rendered instanceof Secret ? MASK : task.module;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    name = task.module;
  }
  return { id: task.id, name, module: task.module, role: task.role?.name, handler };
}

function ignores(task: Task, scope: Scope): boolean {
  const value = task.ignoreErrors?.resolve(scope) ?? false;
  return value === true;
}

export function all(conditions: readonly Expression[], scope: Scope): boolean | Unknown {
  let open: Unknown | undefined;
  for (const condition of conditions) {
    const holds = condition.test(scope);
    if (holds === false) return false;
    if (holds instanceof Unknown) open ??= holds;
  }
  return open ?? true;
}

function numberOf(value: Value, what: string, task: Task): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw wrongType(what, 'a number that is not negative', task.place);
}

function textOf(value: Value, task: Task): string {
  if (typeof value === 'string') return value;
  throw wrongType('notify', 'the name of a handler', task.place);
}
