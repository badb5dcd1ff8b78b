import { TimedOut, Unreachable } from '../../connection/base/unreachable.ts';
import type { Completed } from '../../connection/connection.ts';
import { Problem } from '../../errors/problem.ts';
import type { Apply, Change, Fetch, Finished } from '../../modules/base/module.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import type { ValueMap } from '../../values/base/value.ts';
import { writeDown } from '../base/owed.ts';
import { NotInPlan } from '../base/signals.ts';
import type { Companion, MadeChange } from '../context/made-together.ts';
import { waitForHosts } from '../context/wait-for-hosts.ts';
import { permitTask, permitWrites } from '../controller/controller-tasks.ts';
import { debtsOf } from '../handlers/owed-handlers.ts';
import type { Applied, ChangeLimits } from '../machine/machine-change.ts';
import { syncedAtOnce } from '../machine/sync-files.ts';
import { onController } from '../preparation/prepare.ts';
import { applyIn, disagreementsWith, ownRequests, seenWith } from './change-parts.ts';
import { failureRemedy } from './failure-remedy.ts';
import { type ItemResult, asOutput, failure, knownOnly, lastLines } from './item-result.ts';
import { isDelegated, placeOf, type ItemRun } from './item.ts';
import { progressOf } from './live-progress.ts';
import { inTurnOf } from './live-turn.ts';
import { proofOfQuiet } from './quiet.ts';
import { alsoMade, alsoSent, joined, sendTogether } from './send-together.ts';
import { companionsOf } from './together.ts';

/** A change that is about to be made. */
interface Making {
  readonly run: ItemRun;
  readonly change: Change;
  readonly apply: Apply;
  /** Requests that are sent in the same round trip: all that the task named or predicted. */
  readonly own: readonly Request[];
  readonly limits: ChangeLimits;
  /** What was seen after the change; see `MadeChange`. */
  readonly earlier: ReadonlyMap<string, unknown>;
}

/** A step of a change has ended: with the input of the next step, or with the result of the item. */
type Stepped<Next> =
  | { readonly kind: 'done'; readonly value: Next }
  | { readonly kind: 'ended'; readonly result: ItemResult };

/**
 * Makes the change of one item, and compares the host with the prediction. `requests` are those of the task. Throws
 * HostStops, NotInPlan and Unreachable.
 */
export async function makeChange(run: ItemRun, change: Change, requests: readonly Request[]): Promise<ItemResult> {
  await claimTurn(run, change);
  tellBegin(run);
  const apply = await applyIn(run.prepared, change);
  // A delegated change is synced immediately, because the play may not use that host again.
  const making = makingOf(run, change, isDelegated(run) ? syncedAtOnce(apply) : apply, requests);
  const companions = await companionsAlong(making);
  if (companions.length > 0) return await makeTogether(making, companions);
  return await concluded(making, await send(making));
}

/**
 * Takes the turn of a change that was made together with that of an earlier turn. Throws like `makeChange`, except for
 * NotInPlan.
 */
export async function takeMade(run: ItemRun, made: MadeChange): Promise<ItemResult> {
  await claimTurn(run, made.change);
  tellBegin(run);
  const making = { ...makingOf(run, made.change, made.apply, made.requests), earlier: made.earlier };
  callFor(run);
  return await concluded(making, received(making, made.answer));
}

/** Returns the changes of later turns that go to the host together with this one. */
async function companionsAlong({ run, change, apply }: Making): Promise<readonly Companion[]> {
  return proofOfQuiet(change, apply) === undefined ? [] : await companionsOf(run, change);
}

async function makeTogether(making: Making, companions: readonly Companion[]): Promise<ItemResult> {
  const { run, change, apply, own, limits } = making;
  const first = { change, apply, own, note: noteOf(run), proof: proofOfQuiet(change, apply) ?? 'false' };
  try {
    const { answer, earlier } = await sendTogether(run, { ...first, begun: limits.begun }, companions);
    return await concluded({ ...making, earlier }, received(making, answer));
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    return timedOut(making, error, alsoSent(companions));
  }
}

/** Returns the result of the item, from what the host has answered. */
async function concluded(making: Making, sent: Stepped<Completed>): Promise<ItemResult> {
  if (sent.kind === 'ended') return sent.result;
  const brought = making.apply.fetch === undefined ? undefined : await bring(making, making.apply.fetch);
  if (brought !== undefined) return brought;
  const finished = finish(making, sent.value);
  if (finished.kind === 'ended') return finished.result;
  if (making.apply.reconnect !== undefined) await comeBack(making, making.apply.reconnect.timeoutMs);
  const unsettled = await disagreementsLeft(making);
  return unsettled.length === 0
    ? changed(making, sent.value, finished.value)
    : contradicted(making, sent.value, finished.value, unsettled);
}

/** Waits for the other hosts, and checks again whether this change may be made. */
async function claimTurn(run: ItemRun, change: Change): Promise<void> {
  const { context, batch, machine, prepared } = run;
  if (!run.frame.alone) await run.waited.during(waitForHosts(context, batch, run.host, run.stop.at));
  // Another host may have failed meanwhile with a fatal error.
  run.mayGoOn(run.stop.at);
  const refusal = context.approval?.refusal(placeOf(run), change);
  if (refusal !== undefined) throw new NotInPlan(refusal);
  if (!machine.isController) return;
  // Checked again, because an earlier task may have put a link into the path.
  permitTask(onController(run.task, prepared), context.access);
  permitWrites(change.predictions, run.task.place, context.access);
}

function tellBegin(run: ItemRun): void {
  run.context.emit({ type: 'task_started', host: run.host.name, task: run.identity, item: run.item });
}

function makingOf(run: ItemRun, change: Change, apply: Apply, requests: readonly Request[]): Making {
  const { context, prepared } = run;
  const timeoutMs = prepared.timeoutMs ?? apply.timeoutMs;
  const limits = { timeoutMs, silenceMs: context.silenceMs, begun: () => callFor(run), ...progressOf(run, apply) };
  return { run, change, apply, own: ownRequests(requests, change.predictions), limits, earlier: new Map() };
}

/** Returns shell text that writes down the handlers that the change owes; empty if there are none. */
function noteOf({ context, batch, machine, prepared, notifies }: ItemRun): string {
  return writeDown(machine.userOf(prepared.privilege), debtsOf(context, batch.play, notifies));
}

/**
 * Writes down the handlers that the change owes, and then makes the change: in one round trip, unless the change is
 * made on another host.
 */
async function send(making: Making): Promise<Stepped<Completed>> {
  const { run, change, apply, own, limits } = making;
  const { context, machine, prepared } = run;
  const note = noteOf(run);
  const delegated = isDelegated(run);
  if (delegated && note !== '') {
    const noted = await context.machines.get(run.host.name)?.note(prepared.privilege, note);
    if (noted !== undefined && noted.status !== 0) return { kind: 'ended', result: notWrittenDown(run, noted) };
  }
  const touches = change.touches === 'everything' ? 'everything' : change.predictions;
  if (apply.endsShellsOf !== undefined) await machine.connection.endShellsOf(apply.endsShellsOf);
  try {
    const applied = await inTurnOf(run, 'changing', () =>
      machine.change({ privilege: prepared.privilege, apply, before: delegated ? '' : note, own, touches, limits }),
    );
    return received(making, applied);
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    return { kind: 'ended', result: timedOut(making, error) };
  }
}

function timedOut({ run, change, apply }: Making, error: TimedOut, more?: string): ItemResult {
  const { what, why, remedy } = error;
  const own = why === undefined ? why : (apply.meter?.without(why) ?? why);
  const problem = failure(run, { what, why: joined(own, more), remedy });
  return { kind: 'failed', problem, result: {}, output: undefined, attempted: change };
}

/** Interprets the answer of the host to a change. */
function received({ run, apply }: Making, applied: Applied): Stepped<Completed> {
  if (applied.kind === 'begun') return { kind: 'done', value: withoutMeter(apply, applied.completed) };
  run.host.called.withdraw(run.calledFor.splice(0));
  return { kind: 'ended', result: notWrittenDown(run, applied.ahead) };
}

/** Brings a file to the controller. Returns the failure; undefined if all went well. */
async function bring({ run, change }: Making, fetch: Fetch): Promise<ItemResult | undefined> {
  const { context, machine, prepared } = run;
  try {
    // Checked again, because an earlier task may have put a link into the path.
    context.access.permit({ kind: 'write', path: fetch.to }, run.task.place);
    await inTurnOf(run, 'changing', () => machine.fetch(prepared.privilege, fetch));
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof Unreachable) throw error;
    const { what, why, remedy } = error;
    return {
      kind: 'failed',
      problem: failure(run, { what, why, remedy }),
      result: {},
      output: undefined,
      attempted: change,
    };
  }
}

function withoutMeter({ meter }: Apply, completed: Completed): Completed {
  return meter === undefined
    ? completed
    : { ...completed, stderr: Buffer.from(meter.without(completed.stderr.toString())) };
}

/** Returns the module's interpretation of the answer. If the module has none, the exit status decides. */
function finish({ run, change, apply }: Making, completed: Completed): Stepped<ValueMap> {
  const finished: Finished = apply.finish?.(completed) ?? byStatus(change, completed);
  switch (finished.kind) {
    case 'done':
      return { kind: 'done', value: finished.result };
    case 'not_begun': {
      const problem = failure(run, { what: finished.what, remedy: finished.remedy });
      return { kind: 'ended', result: { kind: 'failed', problem, result: finished.result, output: undefined } };
    }
    case 'failed': {
      const remedy = failureRemedy(finished.what, {
        status: completed.status,
        stderr: completed.stderr.toString('utf8'),
        isCommand: 'stdout_lines' in finished.result,
      });
      const problem = failure(run, { what: finished.what, why: lastLines(completed), remedy });
      const output = asOutput(completed);
      return { kind: 'ended', result: { kind: 'failed', problem, result: finished.result, output, attempted: change } };
    }
    default: {
      const never: never = finished;
      throw new Error(`unknown end of a change ${JSON.stringify(never)}`);
    }
  }
}

function byStatus(change: Change, { status }: Completed): Finished {
  if (status === 0) return { kind: 'done', result: change.planned === undefined ? {} : knownOnly(change.planned) };
  return { kind: 'failed', what: `the change ended with exit status ${status}`, result: {} };
}

async function comeBack({ run, change, own }: Making, timeoutMs: number): Promise<void> {
  const { machine, prepared } = run;
  const isBack = (): boolean =>
    disagreementsWith(machine.view(prepared.privilege).seen, change.predictions).length === 0;
  await machine.comeBack(prepared.privilege, own, timeoutMs, isBack);
  if (!isDelegated(run)) run.host.variables.setFacts(machine.connection.facts);
}

/** Returns how the host differs from the prediction, after the repair that the module may have for that. */
async function disagreementsLeft(making: Making): Promise<readonly string[]> {
  const { run, change, apply, own, limits } = making;
  const { machine, prepared } = run;
  const unsettled = disagreementsWith(seenAfter(making), change.predictions);
  if (unsettled.length === 0 || apply.repair === undefined) return unsettled;
  const repair: Apply = { script: apply.repair, brief: true };
  const { privilege } = prepared;
  await inTurnOf(run, 'changing', () =>
    machine.change({ privilege, apply: repair, before: '', own, touches: change.predictions, limits }),
  );
  return disagreementsWith(seenAfter(making), change.predictions);
}

/** Returns what was seen after the change. */
function seenAfter({ run, earlier }: Making): Seen {
  return seenWith(run.machine.view(run.prepared.privilege).seen, earlier);
}

function changed(making: Making, completed: Completed, result: ValueMap): ItemResult {
  const { run, change, earlier } = making;
  const settled = change.settled?.(seenAfter(making)) ?? {};
  const last = change.predictions.filter(({ request }) => !earlier.has(request.key));
  run.machine.view(run.prepared.privilege).settle(last);
  return { kind: 'changed', change, result: { ...result, ...knownOnly(settled) }, output: asOutput(completed) };
}

function contradicted(
  { run, change }: Making,
  completed: Completed,
  result: ValueMap,
  unsettled: readonly string[],
): ItemResult {
  const what = change.unsettled?.what ?? 'the change was made, but the host is not as it should be';
  const remedy = change.unsettled?.remedy ?? 'Something on the host undoes the change, or the module is at fault.';
  const behind = alsoMade(run.context.together.forget(run.host));
  const problem = failure(run, { what, why: joined(...unsettled, behind), remedy });
  return { kind: 'failed', problem, result, output: asOutput(completed), attempted: change };
}

/**
 * Calls for the handlers. From now on they are owed: they are in the list on the host, and the change may have been
 * made partly.
 */
function callFor(run: ItemRun): void {
  run.calledFor.push(...run.host.called.call(run.notifies, 'certain'));
}

function notWrittenDown(run: ItemRun, completed: Completed): ItemResult {
  const what = 'the handlers that the change owes could not be written down on the host, so the change was not made';
  return {
    kind: 'failed',
    problem: failure(run, { what, why: lastLines(completed) }),
    result: {},
    output: asOutput(completed),
  };
}
