import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Completed } from '../../connection/connection.ts';
import type { Change, Outcome } from '../../modules/base/module.ts';
import type { Request } from '../../resources/base/resource.ts';
import { mayHoldSecret } from '../../values/base/may-hold-secret.ts';
import { type Decider, deciderOf, namesOf } from '../base/decider.ts';
import { type Debt, owedBy } from '../base/owed.ts';
import type { RunContext } from '../context/context.ts';
import { waitForHosts } from '../context/wait-for-hosts.ts';
import { whileWaiting } from '../context/while-waiting.ts';
import { permitTask } from '../controller/controller-tasks.ts';
import { learnOwed } from '../handlers/owed-handlers.ts';
import { NoSuchAccount } from '../machine/machine.ts';
import type { Asked, View } from '../machine/view.ts';
import { type Prepared, moduleContext, onController } from '../preparation/prepare.ts';
import { failureRemedy } from './failure-remedy.ts';
import { type ItemResult, asOutput, failure, lastLines, outputOf } from './item-result.ts';
import { isDelegated, placeOf, type ItemRun } from './item.ts';
import { inTurnOf } from './live-turn.ts';
import { makeChange, takeMade } from './make-change.ts';
import { mayHaveChangedThese, namedBy } from './unknown-step.ts';

type OutcomeOf<Kind extends Outcome['kind']> = Extract<Outcome, { kind: Kind }>;

/** Runs one item. `again`: states that were seen before are not used, as in a loop that waits for something. */
export async function runItem(run: ItemRun, look: 'first' | 'again'): Promise<ItemResult> {
  const { context, machine } = run;
  try {
    return await lookAndDo(run, look);
  } catch (error) {
    if (!(error instanceof NoSuchAccount) || context.mode === 'play') throw error;
    const bringing = machine.mayBring(error.account);
    if (bringing.length === 0) throw error;
    const because = `the account ${error.account}, which an earlier change may bring`;
    return { kind: 'unknown', because: naming(because, bringing), result: {} };
  }
}

async function lookAndDo(run: ItemRun, look: 'first' | 'again'): Promise<ItemResult> {
  const { context, prepared, machine, made } = run;
  if (made !== undefined)
    return takeMade(run, made).finally(() => machine.view(prepared.privilege).release(made.requests));
  if (machine.isController) permitTask(onController(run.task, prepared), context.access);
  const view = machine.view(prepared.privilege);
  const about = moduleContext(context, run, prepared, machine);
  // A play notices it when it changes or looks.
  if (context.mode === 'plan') await machine.become(prepared.privilege);
  const requests = context.named.nameNow(prepared, about);
  // The answer of a command may depend on any host, so it counts only after every host has finished the tasks before
  // this one.
  const asks = requests.some((request) => request.kind.name === 'probe');
  if (asks && !run.frame.alone) await run.waited.during(waitForHosts(context, run.batch, run.host, run.stop.at));
  if (look === 'again') view.forget(requests);
  const owed = unknownOwed(run);
  const own = owed.length === 0 ? requests : [...requests, ...owed];
  if (view.missing(own).length > 0) await lookNow(run, view, own, owed);
  if (isEvidence(context)) view.noteAsked(requests, heldIn(prepared));
  const planned = prepared.module.plan(prepared.args, prepared.loaded, view.seen, about);
  const outcome = context.mode === 'plan' && view.isOpen(requests) ? notCertain(planned) : planned;
  try {
    return await handleOutcome(run, outcome, requests);
  } finally {
    view.release(requests);
  }
}

/** Looks at what a task needs, and at what the tasks ahead will need. `owed` are those of its requests about handlers. */
async function lookNow(
  run: ItemRun,
  view: View,
  own: readonly Request[],
  owed: readonly Request<null, readonly Debt[]>[],
): Promise<void> {
  const { context, prepared, machine } = run;
  // After the first change, commands are run only in their turn: they may be slow, and earlier answers do not count.
  const more = (await run.requestsAhead()).filter((one) => context.changes.value === 0 || one.kind.name !== 'probe');
  await inTurnOf(run, 'looking', () => machine.look(prepared.privilege, view.missing([...own, ...more]), context.mode));
  for (const one of owed)
    learnOwed({ context, host: run.host, play: run.batch.play, handlers: run.handlers }, one.id, view.seen.of(one));
  view.release(owed);
  if (owed.length > 0) run.host.called.reach(run.notifies, machine.userOf(prepared.privilege));
}

/** Makes an outcome uncertain, if it is based on a state that an unknown step may have changed. */
function notCertain(outcome: Outcome): Outcome {
  if (outcome.kind === 'in_sync') return { kind: 'cannot_know', because: 'a step before may change the same' };
  return outcome.kind === 'change' && outcome.certainty === 'certain'
    ? { ...outcome, certainty: 'after_change' }
    : outcome;
}

/** Returns how the states of a task may appear in a plan. */
function heldIn({ noLog, args, loaded }: Prepared): Asked {
  if (noLog) return 'hidden';
  return mayHoldSecret(args) || mayHoldSecret(loaded) ? 'secret' : 'plain';
}

/** Only a saved plan records the states that it depends on. */
function isEvidence(context: RunContext): boolean {
  return context.mode === 'plan' && context.approval !== undefined;
}

/**
 * Returns the request for the list of owed handlers of this task's user, if nobody has read it yet and the play can run
 * them.
 */
function unknownOwed(run: ItemRun): readonly Request<null, readonly Debt[]>[] {
  const user = run.machine.userOf(run.prepared.privilege);
  if (isDelegated(run) || run.handlers.length === 0 || run.host.owedEarlier.has(user)) return [];
  return [owedBy(user)];
}

function handleOutcome(run: ItemRun, outcome: Outcome, requests: readonly Request[]): ItemResult | Promise<ItemResult> {
  const { mode } = run.context;
  switch (outcome.kind) {
    case 'in_sync':
      return inSync(run, outcome);
    case 'impossible':
      return impossible(run, outcome);
    case 'cannot_know':
      return cannotKnow(run, outcome, requests);
    case 'await':
      return mode === 'plan' ? { kind: 'ok', result: {}, effects: [] } : awaitIt(run, outcome);
    case 'change':
      if (run.prepared.neverChanges) return wouldChange(run, outcome, requests);
      return mode === 'plan' ? planChange(run, outcome, requests) : makeChange(run, outcome, requests);
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

function inSync(run: ItemRun, { result = {}, failure: failed, effects }: OutcomeOf<'in_sync'>): ItemResult {
  if (failed === undefined) return { kind: 'ok', result, effects };
  const { rc, stderr } = result;
  const remedy =
    typeof rc === 'number' && typeof stderr === 'string'
      ? failureRemedy(failed, { status: rc, stderr, isCommand: true })
      : undefined;
  return { kind: 'failed', problem: failure(run, { what: failed, remedy }), result, output: outputOf(result) };
}

function impossible(run: ItemRun, outcome: OutcomeOf<'impossible'>): ItemResult {
  const { result = {} } = outcome;
  const { doubters } = run.machine;
  if (run.context.mode === 'plan' && doubters.length > 0) {
    const because = `${outcome.what}, which an earlier change may correct`;
    return { kind: 'unknown', because: naming(because, doubters), result: {} };
  }
  return { kind: 'failed', problem: failure(run, outcome), result, output: outputOf(result) };
}

function cannotKnow(
  run: ItemRun,
  { because, predictions = [], planned = {}, brings = [] }: OutcomeOf<'cannot_know'>,
  requests: readonly Request[],
): ItemResult {
  const deciders = deciding(run, requests);
  if (predictions.length === 0) mayHaveChangedThese(run, requests);
  else lay(run, { predictions, touches: 'predicted', certainty: 'after_change' });
  if (run.context.mode === 'plan') run.context.files.expectFiles(brings);
  if (run.context.mode === 'plan') return { kind: 'unknown', because: naming(because, deciders), result: planned };
  const problem = failure(run, { what: `a value that it needs is not known: ${because}` });
  return { kind: 'failed', problem, result: {}, output: undefined };
}

/**
 * Returns the change that a task with `check_mode: true` would make. The change is never made, and later tasks of a
 * plan do not see it.
 */
function wouldChange(run: ItemRun, planned: Change, requests: readonly Request[]): ItemResult {
  const change = withDoubt(run, planned, requests);
  return { kind: 'changed', change, result: planned.planned ?? {}, output: undefined, isForeseen: true };
}

function planChange(run: ItemRun, planned: Change, requests: readonly Request[]): ItemResult {
  const change = withDoubt(run, planned, requests);
  lay(run, change);
  run.context.files.expectFiles(change.brings ?? []);
  run.context.approval?.record(placeOf(run), change);
  return { kind: 'changed', change, result: change.planned ?? {}, output: undefined };
}

/** In a plan: returns the earlier steps that may decide the states of these requests. */
function deciding({ machine, prepared, stop }: ItemRun, requests: readonly Request[]): readonly Decider[] {
  // Another host may be ahead on the same machine, so later steps are left out.
  return machine
    .view(prepared.privilege)
    .decidersOf(requests)
    .filter(({ at }) => at <= stop.at);
}

/** Adds the deciding steps to the reason of an unknown value. */
function naming(because: string, deciders: readonly Decider[]): string {
  const names = namesOf(deciders);
  return names === undefined ? because : `${because}: ${names}`;
}

/** Adds the steps that decide whether the change is needed, unless the module names another condition. */
function withDoubt(run: ItemRun, change: Change, requests: readonly Request[]): Change {
  if (change.certainty !== 'after_change' || change.doubt !== undefined) return change;
  const names = namesOf(deciding(run, requests));
  return names === undefined ? change : { ...change, doubt: `an earlier change decides: ${names}` };
}

/**
 * Uses a prediction as the state that later tasks see. If it is uncertain and the run continues without it, they may
 * see it or not.
 */
function lay(
  run: ItemRun,
  { predictions, touches, certainty: sure }: Pick<Change, 'predictions' | 'touches' | 'certainty'>,
): void {
  const { machine, context } = run;
  const mayNotCome = run.doubtful || (sure === 'after_change' && mayBePassedOver(run));
  const certainty = mayNotCome ? 'after_change' : 'certain';
  const decider = deciderOf(run.identity, run.stop.at, run.prepared.noLog);
  const names = touches === 'everything' ? namedBy(run.task, run.prepared) : [];
  machine.lay({ predictions, touches, names, open: [], certainty, decider });
  if (machine.isController) context.files.expect(predictions, touches);
}

/** Returns whether the run continues if the task fails. */
function mayBePassedOver({ task }: ItemRun): boolean {
  return task.ignoreErrors !== undefined && task.ignoreErrors.literal !== false;
}

async function awaitIt(run: ItemRun, outcome: OutcomeOf<'await'>): Promise<ItemResult> {
  run.context.emit({ type: 'task_started', host: run.host.name, task: run.identity, item: run.item });
  const began = performance.now();
  const look = (): Promise<Completed> =>
    run.machine.wait(run.prepared.privilege, outcome.script, outcome.timeoutMs + 5000);
  const activity = { kind: 'awaiting', limitMs: outcome.timeoutMs } as const;
  const waited = whileWaiting(run.context, { host: run.host.name, activity }, look);
  const answer = await waited.catch(async (error: unknown) => {
    if (outcome.reconnects !== true || !(error instanceof Unreachable) || error.code === 'stopped') throw error;
    await run.machine.connectAnew(outcome.timeoutMs - (performance.now() - began), 'stoppable');
    return look();
  });
  if (answer.status === 0) return { kind: 'ok', result: {}, effects: [] };
  const what = `waited ${Math.round(outcome.timeoutMs / 1000)} s for ${outcome.what}`;
  return {
    kind: 'failed',
    problem: failure(run, {
      what,
      why: lastLines(answer),
      remedy: 'Check on the host why this has not happened, or raise timeout.',
    }),
    result: {},
    output: asOutput(answer),
  };
}
