import { Problem } from '../../errors/problem.ts';
import type { Loop } from '../../playbook/base/play.ts';
import { type Scope, type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import type { Call } from '../base/called-handlers.ts';
import { all } from '../base/conditions.ts';
import type { TaskIdentity, TaskOutcome } from '../base/events.ts';
import { type LoopTurn, isLoopInVain, loopLayer, turnsOf } from '../base/loop.ts';
import {
  HIDDEN,
  hushOf,
  hushedOutcome,
  hushedProblem,
  hushedResult,
  hushedUnknowns,
  type Hush,
} from '../base/no-log.ts';
import { NotInPlan, TaskFailed } from '../base/signals.ts';
import { labelOf } from '../base/task-identity.ts';
import { connectFor, machineFor } from '../context/connect-host.ts';
import type { MadeChange } from '../context/made-together.ts';
import { withFactsRemedy } from '../context/step-failure.ts';
import { nameableNotifies, notifiesOf, refuseUnheard } from '../handlers/notified-names.ts';
import { forgetOwed } from '../handlers/owed-handlers.ts';
import { isOnController } from '../lookahead/files-to-come.ts';
import { requestsAhead } from '../lookahead/requests-ahead.ts';
import { type Prepared, unknownIn } from '../preparation/prepare.ts';
import { applyEffects, expectVariables } from './effects.ts';
import { type ItemResult, asTaskProblem, failure, isForeseen } from './item-result.ts';
import { runItem } from './item-run.ts';
import type { ItemRun, TaskRun } from './item.ts';
import { pauseBetween } from './loop-pause.ts';
import type { StepDone } from './roles-done.ts';
import { type Recorded, aggregate, failedTurn, shape, skippedTurn, unknownTurn } from './task-results.ts';
import { doubted, failedOutcome, ignores, outcomeOf } from './task-verdict.ts';
import { throttled } from './throttle.ts';
import { mayHaveChanged } from './unknown-step.ts';
import { type Attempt, attempted, judgeAttempt } from './until.ts';
import { userOf } from './user-of-task.ts';

/** A running task, once for each item of its loop. */
interface Turn {
  readonly run: TaskRun;
  readonly identity: TaskIdentity;
  readonly loop: LoopTurn | undefined;
  /** The label of the item in reports. */
  readonly label: string | undefined;
  readonly over: readonly Layer[];
  readonly scope: Scope;
  readonly hush: Hush;
  /** Start time by the clock of `performance`. */
  readonly began: number;
  /** Time that the task had waited before the start. */
  readonly waited: number;
}

/**
 * Runs one task on one host with all its loop items. Resolves to whether it did anything. Throws TaskFailed if it
 * failed and its errors are not ignored.
 */
export async function runTask(run: TaskRun): Promise<StepDone> {
  const { task, host } = run;
  const scope = run.scope();
  const identity = run.context.identities.of(run.task, scope, run.frame);
  host.doing = identity;
  const hush = hushOf(task, scope);
  const whole: Turn = {
    run,
    identity,
    loop: undefined,
    label: undefined,
    over: [],
    scope,
    hush,
    began: performance.now(),
    waited: run.waited.milliseconds,
  };
  const result = task.loop === undefined ? await runOne(whole) : await runLoop(whole, task.loop);
  if (task.register !== undefined) {
    host.variables.remember(task.register, result.value);
    run.remembered.set(task.register, result.value);
  }
  host.doing = undefined;
  // A failed task calls for nothing. If that ends the host, the handlers of its changes are still owed.
  if (result.stops !== undefined) host.called.fail(run.calls);
  else if (result.failed === true) withdraw(run, run.calls);
  if (result.stops !== undefined) {
    const shown = hushedResult(result.value, { hides: result.hides === true });
    throw new TaskFailed(result.stops, { name: identity.name, result: shown });
  }
  if (result.skipped) return 'skipped';
  return result.isOpen === true ? 'unknown' : 'done';
}

async function runLoop(whole: Turn, loop: Loop): Promise<Omit<Recorded, 'changed'>> {
  const { run, scope } = whole;
  const { task } = run;
  let turns: readonly LoopTurn[] | Unknown;
  try {
    if (isLoopInVain(task, scope)) return skipLoop(whole, loop);
    turns = turnsOf(loop, task, scope);
  } catch (error) {
    return failed(whole, asTaskProblem(error));
  }
  if (turns instanceof Unknown) return await unknown(whole, turns.because);
  if (turns.length === 0) return { ...skip(whole, 'its list is empty'), value: aggregate([]) };
  const results = await runTurns(whole, turns);
  const ran = results.filter((one) => !one.skipped);
  return {
    value: aggregate(results),
    failed: ran.some((one) => one.failed === true),
    isOpen: ran.length > 0 && ran.every((one) => one.isOpen === true),
    skipped: results.every((one) => one.skipped),
    stops: results.find((one) => one.stops !== undefined)?.stops,
    hides: results.some((one) => one.hides === true),
  };
}

const SKIPPED = { failed: false, stops: undefined, skipped: true } as const;

/**
 * Skips each item, so that there are as many results as with a condition that depends on the item; without items, skips
 * the task as a whole.
 */
function skipLoop(whole: Turn, loop: Loop): Omit<Recorded, 'changed'> {
  const turns = turnsInVain(whole, loop);
  if (!(turns instanceof Unknown) && turns.length > 0)
    return { ...SKIPPED, value: aggregate(turns.map((turn) => skip(turn))) };
  skip(whole);
  const none = aggregate([]);
  return { ...SKIPPED, value: turns instanceof Unknown ? { ...none, results: turns } : none };
}

/** The items need not exist, and neither does a variable of the label. */
function turnsInVain(whole: Turn, loop: Loop): readonly Turn[] | Unknown {
  const { run, scope: plain } = whole;
  try {
    const turns = turnsOf(loop, run.task, plain);
    if (turns instanceof Unknown) return turns;
    return turns.map((one) => {
      const turn = turnOf(run, one);
      return { ...turn, label: shownLabel(turn, one), began: whole.began, waited: whole.waited };
    });
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/**
 * Runs every item. With a throttle, all items of one host run before the next host begins, because what they make may
 * belong together.
 */
async function runTurns({ run, scope: plain }: Turn, turns: readonly LoopTurn[]): Promise<readonly Recorded[]> {
  return await inTurn(run, plain, async () => {
    const results: Recorded[] = [];
    for (const loop of turns) {
      await pauseBetween(run.context, { host: run.host.name, scope: plain }, loop.loop, loop.index);
      results.push(await runOne(turnOf(run, loop)));
    }
    return results;
  });
}

/**
 * A name that uses the item can be rendered only with the item's variables. Under no_log it says that the item is
 * hidden.
 */
function turnOf(run: TaskRun, loop: LoopTurn): Turn {
  const { task } = run;
  const over = [loopLayer(loop)];
  const scope = run.scope(over);
  const hush = hushOf(task, scope);
  const named = hush.hides ? run.scope([loopLayer({ ...loop, item: HIDDEN })]) : scope;
  const identity = run.context.identities.of(task, named, run.frame);
  const times = { began: performance.now(), waited: run.waited.milliseconds };
  return { run, identity, loop, label: undefined, over, scope, hush, ...times };
}

function shownLabel({ run, hush, scope }: Turn, loop: LoopTurn): string {
  return hush.hides ? HIDDEN : labelOf(run.task, scope, loop.item);
}

/** Waits for the throttle. A plan does not wait. */
function inTurn<Result>(run: TaskRun, scope: Scope, work: () => Promise<Result>): Promise<Result> {
  const most = run.context.mode === 'plan' ? undefined : run.task.throttle?.resolve(scope);
  if (most === undefined || most === 0) return work();
  const begun = run.waited.begin();
  return throttled({ context: run.context, batch: run.batch, stop: run.stop, most }, () => {
    begun();
    // Hosts go one after another, so that no host begins after the first failure.
    run.mayGoOn(Number.POSITIVE_INFINITY);
    return work();
  });
}

async function runOne(unlabelled: Turn): Promise<Recorded> {
  const { run, scope, loop } = unlabelled;
  const { task, host, context } = run;
  if (host.called.hasUnreached) host.called.reach(nameableNotifies(task, scope, run.handlers), userOf(run, scope));
  let turn = unlabelled;
  try {
    if (loop !== undefined) turn = { ...turn, label: shownLabel(turn, loop) };
    const made = context.together.take(host, { stop: run.stop, index: loop?.index });
    if (made !== undefined) return await runPrepared(turn, made.prepared, made);
    const holds = all(task.when, scope);
    if (holds === false) return skip(turn);
    if (holds instanceof Unknown) return await unknown(turn, holds.because);
    const preparing = await context.prepared.prepareNow(context, { host, task, item: loop?.item }, scope);
    if (preparing.kind === 'unknown') return await unknown(turn, preparing.because);
    // Only a plan can continue with unknown values.
    const missing = context.mode === 'play' ? unknownIn(preparing.prepared) : undefined;
    if (missing !== undefined) return await unknown(turn, missing.because);
    return await runPrepared(turn, preparing.prepared);
  } catch (error) {
    if (!(error instanceof NotInPlan)) return failed(turn, asTaskProblem(error));
    finish(turn, { outcome: failedOutcome(error.problem, false) });
    throw error;
  }
}

async function runPrepared(turn: Turn, prepared: Prepared, made?: MadeChange): Promise<Recorded> {
  const { run, identity, scope, hush } = turn;
  tellTask(turn);
  const { context, host } = run;
  const machine = machineFor(context, host, prepared.delegate) ?? (await connectFor(context, host, prepared.delegate));
  const item = itemOf(turn, { prepared, made, machine });
  const judged = await attempts(turn, item);
  const outcome = doubted(run, outcomeOf(run.task, scope, judged, item.notifies));
  const verdict = told(run, judged, outcome);
  callHandlers(item, outcome, verdict.changed === true);
  const of = { task: identity, hush, delegate: prepared.delegate, scope };
  if (judged.kind === 'ok' && judged.effects !== undefined) await applyEffects(run, judged.effects, of);
  else if (judged.kind === 'unknown') expectVariables(run, becauseOf(turn, judged.because), of);
  const shaped = shape(judged, turn.loop);
  const result = hushedUnknowns(judged.kind === 'unknown' ? shaped : { ...shaped, ...verdict }, identity.id, hush);
  finish(turn, { outcome, delegatedTo: prepared.delegate, result });
  return recorded(turn, { judged, outcome, verdict, result });
}

/** Reports to displays that the host has reached the task. */
function tellTask({ run, identity, label }: Turn): void {
  const { host, batch, stop } = run;
  const [number, of] = [batch.tasks.upTo(stop.at), batch.tasks.total];
  run.context.live({ host: host.name, activity: { kind: 'at_task', task: identity, item: label, number, of } });
}

function itemOf(turn: Turn, { prepared, made, machine }: Pick<ItemRun, 'prepared' | 'made' | 'machine'>): ItemRun {
  const { run, identity, scope } = turn;
  const view = machine.view(prepared.privilege);
  refuseUnheard(run.task, scope, { handlers: run.handlers, mode: run.context.mode });
  return {
    ...run,
    identity,
    item: turn.label,
    prepared,
    turn: turn.loop,
    made,
    machine,
    notifies: notifiesOf(run.task, scope, run.handlers),
    calledFor: [],
    requestsAhead: () => requestsAhead(run.context, run.host, run.route, view),
  };
}

/** Returns the result of the item after `changed_when`, `failed_when` and `until`. */
function attempts({ run, identity, over, scope }: Turn, item: ItemRun): Promise<ItemResult> {
  const { task, context } = run;
  const judging = { task, over, mode: context.mode, scope: run.scope };
  const once: Attempt = async (look, number) => {
    try {
      return judgeAttempt(judging, await runItem(item, look), number);
    } catch (error) {
      return failedItem(error);
    }
  };
  const attempt: Attempt =
    task.loop === undefined ? (look, number) => inTurn(run, scope, () => once(look, number)) : once;
  return attempted({ ...judging, context, host: run.host.name, identity, plain: scope }, attempt);
}

/** Calls for the handlers of a change, and withdraws them if the change does not count as one. */
function callHandlers(item: ItemRun, outcome: TaskOutcome, isCertain: boolean): void {
  const { called } = item.host;
  if (outcome.kind === 'changed')
    item.calledFor.push(...called.call(item.notifies, isCertain ? 'certain' : 'doubtful'));
  else if (outcome.kind === 'unknown') called.call(item.notifies, 'doubtful');
  // They were written down before a change that does not count because of changed_when.
  else if (outcome.kind === 'ok') withdraw(item, item.calledFor.splice(0));
  item.calls.push(...item.calledFor);
}

interface Ended {
  readonly judged: ItemResult;
  readonly outcome: TaskOutcome;
  readonly verdict: Pick<Recorded, 'changed' | 'failed'>;
  readonly result: ValueMap;
}

/** Returns the values that `register` and the host take from the result. */
function recorded(turn: Turn, { judged, outcome, verdict, result }: Ended): Recorded {
  const { hush } = turn;
  switch (judged.kind) {
    case 'waits':
      return { ...unknownTurn(becauseOf(turn, judged.because)), changed: false, failed: false, isOpen: false };
    case 'unknown': {
      const nothing = unknownTurn(becauseOf(turn, judged.because));
      return Object.keys(judged.result).length === 0 ? nothing : { ...nothing, value: result };
    }
    case 'ok':
    case 'changed':
    case 'failed': {
      const stops = outcome.kind === 'failed' && !outcome.ignored ? hushedProblem(outcome.problem, hush) : undefined;
      return { value: result, ...verdict, skipped: false, stops, hides: hush.hides };
    }
    default: {
      const never: never = judged;
      throw new Error(`unknown result ${JSON.stringify(never)}`);
    }
  }
}

/** Returns `changed` and `failed` for `register`. A plan cannot always know them. */
function told({ context }: TaskRun, judged: ItemResult, outcome: TaskOutcome): Pick<Recorded, 'changed' | 'failed'> {
  const plain = { changed: outcome.kind === 'changed' || isForeseen(judged), failed: outcome.kind === 'failed' };
  if (context.mode === 'play') return plain;
  const open = judged.kind === 'ok' || judged.kind === 'changed' ? (judged.open ?? plain) : plain;
  if (outcome.kind !== 'changed' || outcome.certainty !== 'after_change') return open;
  const decides = outcome.doubt === undefined ? ', which an earlier change decides' : `: ${outcome.doubt}`;
  return { ...open, changed: new Unknown(`whether the task changes anything${decides}`) };
}

function withdraw({ context, host, batch }: TaskRun, calls: readonly Call[]): void {
  if (calls.length === 0) return;
  forgetOwed(context, host, batch.play, host.called.withdraw(calls));
}

function failedItem(error: unknown): ItemResult {
  return { kind: 'failed', problem: asTaskProblem(error), result: {}, output: undefined };
}

function skip(turn: Turn, why = 'its condition is false'): Recorded {
  finish(turn, { outcome: { kind: 'skipped', why } });
  return skippedTurn(turn.loop);
}

function failed(turn: Turn, error: Problem): Recorded {
  const ignored = ignores(turn.run.task, turn.scope);
  const problem = withFactsRemedy(error);
  finish(turn, { outcome: failedOutcome(problem, ignored) });
  const entry = failedTurn(problem, ignored, turn.loop);
  if (entry.stops === undefined) return entry;
  return { ...entry, stops: hushedProblem(entry.stops, turn.hush), hides: turn.hush.hides };
}

/** Reports an unknown task in a plan. In a play it throws Problem, because all values must be known. */
async function unknown(turn: Turn, because: string): Promise<Recorded> {
  const { run, identity, scope, loop, hush } = turn;
  if (run.context.mode === 'play')
    return failed(turn, failure(run, { what: `a value that it needs is not known: ${because}` }));
  run.host.called.call(nameableNotifies(run.task, scope, run.handlers), 'doubtful');
  if (isOnController(run.task, run.host.name, scope, run.context.hosts)) run.context.files.expectAnything();
  await mayHaveChanged(run, { identity, scope, item: loop?.item, hides: hush.hides, because });
  expectVariables(run, becauseOf(turn, because), { task: identity, hush, delegate: undefined, scope });
  finish(turn, { outcome: { kind: 'unknown', because } });
  return unknownTurn(becauseOf(turn, because));
}

/** Returns why the result is unknown, for later tasks. */
function becauseOf({ hush, identity }: Turn, because: string): string {
  return hush.hides ? `the task at ${identity.id}` : because;
}

interface Finish {
  readonly outcome: TaskOutcome;
  readonly delegatedTo?: string | undefined;
  readonly result?: ValueMap;
}

/** Counts and reports the outcome of one item. */
function finish(turn: Turn, { outcome, delegatedTo, result }: Finish): void {
  const { run, identity, label, hush, began } = turn;
  const { context, host } = run;
  if (outcome.kind === 'failed') host.count(outcome.ignored ? 'ignored' : 'failed');
  else host.count(outcome.kind);
  if (outcome.kind === 'unknown') context.approval?.leaveOpen(host.name, identity);
  const milliseconds = performance.now() - began - (run.waited.milliseconds - turn.waited);
  const told = hush.hides
    ? { outcome: hushedOutcome(outcome, hush), result: undefined, hidden: true as const }
    : { outcome: hushedOutcome(outcome, hush), result };
  context.emit({
    type: 'task_finished',
    host: host.name,
    delegatedTo,
    task: identity,
    item: label,
    ...told,
    milliseconds,
  });
}
