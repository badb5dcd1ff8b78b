import { TimedOut, Unreachable } from '../connection/unreachable.ts';
import type { Completed } from '../connection/connection.ts';
import { Problem, Problems } from '../errors/problem.ts';
import type { Apply, Change, Finished, Outcome } from '../modules/module.ts';
import { ownScript } from '../modules/own-script.ts';
import type { Task } from '../playbook/play.ts';
import type { Prediction, Request } from '../resources/resource.ts';
import { isStackOverflow } from '../values/fault.ts';
import { mask } from '../values/mask.ts';
import type { ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import type { ChangePlace } from './approval.ts';
import type { Call } from './called-handlers.ts';
import type { Batch, RunContext } from './context.ts';
import type { Output, TaskIdentity } from './events.ts';
import type { HostState } from './host-state.ts';
import { NoSuchAccount } from './machine.ts';
import type { Machine } from './machine.ts';
import { mayHoldSecret } from '../values/may-hold-secret.ts';
import { permitTask, permitWrites } from './controller-tasks.ts';
import { nameNow } from './named-requests.ts';
import type { Debt } from './owed.ts';
import { owedBy, writeDown } from './owed.ts';
import { debtsOf, learnOwed } from './owed-handlers.ts';
import type { Prepared } from './prepare.ts';
import { moduleContext, onController } from './prepare.ts';
import { NotInPlan } from './signals.ts';
import { tooDeep } from './step-failure.ts';
import type { Asked } from './view.ts';
import { syncedAtOnce } from './sync-files.ts';

/** What one task came to on one host for one loop item, before changed_when, failed_when and the like. */
export type ItemResult =
  | {
      readonly kind: 'ok';
      readonly result: ValueMap;
      readonly effects: Extract<Outcome, { kind: 'in_sync' }>['effects'];
      readonly open?: OpenVerdict;
    }
  | {
      readonly kind: 'changed';
      readonly change: Change;
      readonly result: ValueMap;
      readonly output: Output | undefined;
      readonly open?: OpenVerdict;
    }
  | { readonly kind: 'unknown'; readonly because: string; readonly result: ValueMap }
  /** In a plan: it is not so yet, and a play would wait for it. That changes nothing. */
  | { readonly kind: 'waits'; readonly because: string; readonly result: ValueMap }
  | {
      readonly kind: 'failed';
      readonly problem: Problem;
      readonly result: ValueMap;
      readonly output: Output | undefined;
      /** The change that was begun and may have been made, in part or in whole. */
      readonly attempted?: Change;
    };

/** What a plan cannot tell of a task that it takes to go well: whether it counts as a change, and whether it fails. */
export interface OpenVerdict {
  readonly changed: boolean | Unknown;
  readonly failed: boolean | Unknown;
}

export interface ItemRun {
  readonly context: RunContext;
  readonly batch: Batch;
  readonly host: HostState;
  readonly task: Task;
  readonly at: number;
  readonly identity: TaskIdentity;
  readonly item: string | undefined;
  readonly prepared: Prepared;
  readonly machine: Machine;
  /** Handlers that a change of this task calls for. */
  readonly notifies: readonly string[];
  /** Those of them that this item was the first to call for. */
  readonly calledFor: Call[];
  /** True inside a throttled block, where hosts go one after another and not in lock-step. */
  readonly alone: boolean;
  /** What tasks ahead will want to see on the same machine and privilege. */
  foresee(): Promise<readonly Request[]>;
  /** Throws HostStops if the host may not begin what stands at `at`. */
  mayGoOn(at: number): void;
}

/** `again`: what was seen is not trusted any more, as in a loop that waits for something. */
export async function runItem(run: ItemRun, look: 'first' | 'again'): Promise<ItemResult> {
  const { context, machine } = run;
  try {
    return await lookAndDo(run, look);
  } catch (error) {
    if (!(error instanceof NoSuchAccount) || context.mode === 'play' || !machine.mayBring(error.account)) throw error;
    return { kind: 'unknown', because: `the account ${error.account}, which an earlier change may bring`, result: {} };
  }
}

async function lookAndDo(run: ItemRun, look: 'first' | 'again'): Promise<ItemResult> {
  const { context, prepared, machine } = run;
  if (machine.isController) permitTask(onController(run.task, prepared), context.access);
  const view = machine.view(prepared.privilege);
  const about = moduleContext(context, run.task, run.host.name, prepared, machine.connection.facts, machine.userOf(prepared.privilege));
  // A play finds it out as it changes or looks.
  if (context.mode === 'plan') await machine.become(prepared.privilege);
  const requests = nameNow(prepared, about);
  // What a command answers may depend on any host, so it is not believed before every host is through with the tasks ahead of it.
  const asks = requests.some((request) => request.kind.name === 'probe');
  if (asks && !run.alone && run.batch.barrier !== undefined) await run.batch.barrier.allReached(run.at);
  if (look === 'again') view.forget(requests);
  const owed = unknownOwed(run);
  if (view.missing([...requests, ...owed]).length > 0) {
    // Once something has changed, commands are asked in their turn only: they may be slow, and answers from before do not count.
    const more = (await run.foresee()).filter((one) => context.changes.value === 0 || one.kind.name !== 'probe');
    await context.turns.connected(() => machine.look(prepared.privilege, view.missing([...requests, ...owed, ...more]), context.mode));
    for (const one of owed) learnOwed(context, run.host, run.batch.play, run.batch.play.handlers, one.id, view.seen.of(one));
    view.release(owed);
    if (owed.length > 0) run.host.called.reach(run.notifies, machine.userOf(prepared.privilege));
  }
  if (isEvidence(context)) view.noteAsked(requests, heldIn(prepared));
  const outcome = prepared.module.plan(prepared.args, prepared.loaded, view.seen, about);
  try {
    return await settle(run, outcome, requests);
  } finally {
    view.release(requests);
  }
}

/** How much of what a task rests on may stand in a plan. */
function heldIn({ noLog, args, loaded }: Prepared): Asked {
  if (noLog) return 'hidden';
  return mayHoldSecret(args) || mayHoldSecret(loaded) ? 'secret' : 'plain';
}

/** Only a plan that is saved tells what it rests on. */
function isEvidence(context: RunContext): boolean {
  return context.mode === 'plan' && context.approval !== undefined;
}

/** What this task's user owes on the host, where nobody has looked yet and the play can pay. */
function unknownOwed(run: ItemRun): readonly Request<null, readonly Debt[]>[] {
  const user = run.machine.userOf(run.prepared.privilege);
  if (isDelegated(run) || run.batch.play.handlers.length === 0 || run.host.owedEarlier.has(user)) return [];
  return [owedBy(user)];
}

function isDelegated({ prepared, host }: ItemRun): boolean {
  return prepared.delegate !== undefined && prepared.delegate !== host.name;
}

async function settle(run: ItemRun, outcome: Outcome, requests: readonly Request[]): Promise<ItemResult> {
  switch (outcome.kind) {
    case 'in_sync': {
      const result = outcome.result ?? {};
      if (outcome.failure === undefined) return { kind: 'ok', result, effects: outcome.effects };
      return { kind: 'failed', problem: failure(run, outcome.failure, undefined, undefined), result, output: outputOf(result) };
    }
    case 'impossible':
      if (run.context.mode === 'plan' && run.machine.doubted)
        return { kind: 'unknown', because: `${outcome.what}, which an earlier change may mend`, result: {} };
      return {
        kind: 'failed',
        problem: failure(run, outcome.what, outcome.why, outcome.remedy),
        result: outcome.result ?? {},
        output: outputOf(outcome.result ?? {}),
      };
    case 'cannot_know': {
      run.machine.lay(outcome.predictions ?? [], 'predicted');
      if (run.machine.isController) run.context.files.expect(outcome.predictions ?? [], 'predicted');
      if (run.context.mode === 'play') {
        return {
          kind: 'failed',
          problem: failure(run, `what it needs is not known: ${outcome.because}`, undefined, undefined),
          result: {},
          output: undefined,
        };
      }
      return { kind: 'unknown', because: outcome.because, result: outcome.planned ?? {} };
    }
    case 'await':
      return run.context.mode === 'plan' ? { kind: 'ok', result: {}, effects: [] } : awaitIt(run, outcome);
    case 'change':
      if (run.context.mode === 'plan') {
        run.machine.lay(outcome.predictions, outcome.touches);
        if (run.machine.isController) run.context.files.expect(outcome.predictions, outcome.touches);
        run.context.approval?.foresee(placeOf(run), outcome);
        return { kind: 'changed', change: outcome, result: outcome.planned ?? {}, output: undefined };
      }
      return makeChange(run, outcome, requests);
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

async function awaitIt(run: ItemRun, outcome: Extract<Outcome, { kind: 'await' }>): Promise<ItemResult> {
  run.context.emit({ type: 'task_started', host: run.host.name, task: run.identity, item: run.item });
  const began = performance.now();
  const look = (): Promise<Completed> => run.machine.wait(run.prepared.privilege, outcome.script, outcome.timeoutMs + 5000);
  const answer = await look().catch(async (error: unknown) => {
    if (outcome.reconnects !== true || !(error instanceof Unreachable) || error.code === 'stopped') throw error;
    await run.machine.connectAnew(outcome.timeoutMs - (performance.now() - began), 'stoppable');
    return look();
  });
  if (answer.status === 0) return { kind: 'ok', result: {}, effects: [] };
  const what = `waited ${Math.round(outcome.timeoutMs / 1000)} s for ${outcome.what}`;
  return { kind: 'failed', problem: failure(run, what, lastLines(answer), undefined), result: {}, output: asOutput(answer) };
}

async function makeChange(run: ItemRun, change: Change, requests: readonly Request[]): Promise<ItemResult> {
  const { context, batch, machine, prepared } = run;
  if (!run.alone && batch.barrier !== undefined) await batch.barrier.allReached(run.at);
  // Another host may have failed meanwhile, and that may be fatal for all.
  run.mayGoOn(run.at);
  const refusal = context.approval?.refusal(placeOf(run), change);
  if (refusal !== undefined) throw new NotInPlan(refusal);
  if (machine.isController) {
    // Once more: an earlier task may have put a link into the way.
    permitTask(onController(run.task, prepared), context.access);
    permitWrites(change.predictions, run.task.place, context.access);
  }
  context.emit({ type: 'task_started', host: run.host.name, task: run.identity, item: run.item });
  const delegated = isDelegated(run);
  const made = inEnvironment(await change.apply(), prepared.preamble);
  // The play may not come to another host again.
  const apply = delegated ? syncedAtOnce(made) : made;
  const note = writeDown(machine.userOf(prepared.privilege), debtsOf(context, batch.play, run.notifies));
  const own = ownRequests(requests, change.predictions);
  const limits = { timeoutMs: prepared.timeoutMs ?? apply.timeoutMs, silenceMs: context.silenceMs, begun: () => callFor(run) };
  if (delegated && note !== '') {
    const noted = await context.machines.get(run.host.name)?.note(prepared.privilege, note);
    if (noted !== undefined && noted.status !== 0) return notWrittenDown(run, noted);
  }
  let completed: Completed;
  try {
    const applied = await context.turns.connected(() =>
      machine.change(
        prepared.privilege,
        apply,
        delegated ? '' : note,
        own,
        change.touches === 'everything' ? 'everything' : change.predictions,
        limits,
      ),
    );
    if (applied.kind === 'not_begun') {
      run.host.called.withdraw(run.calledFor.splice(0));
      return notWrittenDown(run, applied.ahead);
    }
    completed = applied.completed;
  } catch (error) {
    if (error instanceof TimedOut)
      return {
        kind: 'failed',
        problem: failure(run, error.what, error.why, error.remedy),
        result: {},
        output: undefined,
        attempted: change,
      };
    throw error;
  }
  const finished: Finished =
    apply.finish?.(completed) ??
    (completed.status === 0
      ? { kind: 'done', result: change.planned === undefined ? {} : knownOnly(change.planned) }
      : { kind: 'failed', what: `the change ended with exit status ${completed.status}`, result: {} });
  if (finished.kind === 'not_begun')
    return { kind: 'failed', problem: failure(run, finished.what, undefined, finished.remedy), result: finished.result, output: undefined };
  if (finished.kind === 'failed') {
    return {
      kind: 'failed',
      problem: failure(run, finished.what, lastLines(completed), undefined),
      result: finished.result,
      output: asOutput(completed),
      attempted: change,
    };
  }
  if (apply.reconnect !== undefined) {
    const isBack = (): boolean => disagreements(run, change.predictions).length === 0;
    await machine.comeBack(prepared.privilege, own, apply.reconnect.timeoutMs, isBack);
    if (!delegated) run.host.variables.setFacts(machine.connection.facts);
  }
  let unsettled = disagreements(run, change.predictions);
  if (unsettled.length > 0 && apply.mend !== undefined) {
    const mend: Apply = { script: apply.mend, brief: true };
    await context.turns.connected(() => machine.change(prepared.privilege, mend, '', own, change.predictions, limits));
    unsettled = disagreements(run, change.predictions);
  }
  if (unsettled.length > 0) {
    const what = change.unsettled?.what ?? 'the change was made, but the host is not as it should be';
    const remedy = change.unsettled?.remedy ?? 'Something on the host undoes the change, or the module is at fault.';
    const problem = failure(run, what, unsettled.join('\n'), remedy);
    return { kind: 'failed', problem, result: finished.result, output: asOutput(completed), attempted: change };
  }
  const settled = change.settled?.(machine.view(prepared.privilege).seen) ?? {};
  machine.view(prepared.privilege).settle(change.predictions);
  return { kind: 'changed', change, result: { ...finished.result, ...knownOnly(settled) }, output: asOutput(completed) };
}

function inEnvironment(apply: Apply, preamble: string): Apply {
  if (preamble === '') return apply;
  return {
    ...apply,
    script: ownScript(apply.script, preamble),
    ...(apply.mend === undefined ? {} : { mend: ownScript(apply.mend, preamble) }),
  };
}

function placeOf(run: ItemRun): ChangePlace {
  return { host: run.host.name, task: run.identity, item: run.item };
}

/** From here on the handlers are owed: they stand on the host, and the change may have been made in part. */
function callFor(run: ItemRun): void {
  run.calledFor.push(...run.host.called.call(run.notifies, 'certain'));
}

function notWrittenDown(run: ItemRun, completed: Completed): ItemResult {
  const what = 'the handlers that the change owes could not be written down on the host, so the change was not made';
  return { kind: 'failed', problem: failure(run, what, lastLines(completed), undefined), result: {}, output: asOutput(completed) };
}

/** Everything the task named or predicted, once. */
function ownRequests(requests: readonly Request[], predictions: readonly Prediction[]): readonly Request[] {
  const own = new Map(predictions.map((prediction) => [prediction.request.key, prediction.request]));
  for (const request of requests) if (request.kind.isOfOthers !== true) own.set(request.key, request);
  return [...own.values()];
}

function disagreements(run: ItemRun, predictions: readonly Prediction[]): readonly string[] {
  const view = run.machine.view(run.prepared.privilege);
  return predictions.flatMap((prediction) => {
    const { kind, id } = prediction.request;
    const sentence = kind.disagreement(prediction.state, view.seen.of(prediction.request));
    return sentence === undefined ? [] : [kind.isNameless === true ? sentence : `${kind.name} ${id}: ${sentence}`];
  });
}

export function failure(run: { readonly task: Task }, what: string, why: string | undefined, remedy: string | undefined): Problem {
  return new Problem({ code: 'task-failed', what, place: run.task.place, why, remedy });
}

/** Any error that is a task's failure, as the one Problem; others are faults or a lost host and are thrown on. */
export function asTaskProblem(error: unknown): Problem {
  if (error instanceof Unreachable) throw error;
  if (error instanceof Problem) return error;
  if (error instanceof Problems) return error.problems[0];
  if (isStackOverflow(error)) return tooDeep(error);
  throw error;
}

function lastLines(completed: Completed): string {
  const text = completed.stderr.length > 0 ? completed.stderr : completed.stdout;
  // Of a secret that is cut in two, neither half would be found.
  return mask(text.toString('utf8')).trimEnd().split('\n').slice(-20).join('\n');
}

function asOutput(completed: Completed): Output {
  return { status: completed.status, stdout: completed.stdout.toString('utf8'), stderr: completed.stderr.toString('utf8') };
}

function outputOf(result: ValueMap): Output | undefined {
  const { rc, stdout, stderr } = result;
  if (typeof rc !== 'number') return undefined;
  return { status: rc, stdout: typeof stdout === 'string' ? stdout : '', stderr: typeof stderr === 'string' ? stderr : '' };
}

function knownOnly(planned: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(planned).filter(([, value]) => !(value instanceof Unknown)));
}
