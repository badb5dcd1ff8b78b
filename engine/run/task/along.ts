import type { Change, Outcome } from '../../modules/base/module.ts';
import { isHeard } from '../../playbook/base/handler-names.ts';
import type { Task } from '../../playbook/base/play.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Scope } from '../../values/base/value.ts';
import { all } from '../base/conditions.ts';
import type { LoopTurn } from '../base/loop.ts';
import { HIDDEN, hushOf } from '../base/no-log.ts';
import { writeDown } from '../base/owed.ts';
import { labelOf } from '../base/task-identity.ts';
import type { Companion } from '../context/made-together.ts';
import { notifiesOf } from '../handlers/notified-names.ts';
import { debtsOf } from '../handlers/owed-handlers.ts';
import type { Sketch } from '../machine/sketch.ts';
import type { Stop } from '../order/itinerary.ts';
import { type Prepared, moduleContext, unknownIn } from '../preparation/prepare.ts';
import { applyIn, ownRequests } from './change-parts.ts';
import type { ItemRun } from './item.ts';
import { isSamePrivilege, proofOfQuiet } from './quiet.ts';
import { ignores } from './task-verdict.ts';

/** A later turn of the host that is planned before it comes. */
export interface LaterTurn {
  readonly stop: Stop;
  readonly task: Task;
  readonly turn: LoopTurn | undefined;
  readonly scope: Scope;
}

export type Along =
  /** The change of this turn can be sent together with the change before it. `label`: the label of the item in reports. */
  | { readonly kind: 'goes'; readonly companion: Companion; readonly label: string | undefined }
  /** The task does nothing on the host and cannot fail, as long as the states of `requests` are as they are now. */
  | { readonly kind: 'passed'; readonly requests: readonly Request[] }
  /** The task must have its own turn first. */
  | { readonly kind: 'waits' };

const WAITS: Along = { kind: 'waits' };
const NOTHING: Along = { kind: 'passed', requests: [] };

/**
 * Plans a later turn of the host of `run` by the sketch, which has the changes before it. Throws Problem for a mistake
 * in the task.
 */
export async function planAlong(run: ItemRun, sketch: Sketch, later: LaterTurn): Promise<Along> {
  const { context, host, machine } = run;
  const { task, scope } = later;
  const holds = all(task.when, scope);
  if (holds === false) return NOTHING;
  const prepared = holds === true ? await preparedEarly(run, later) : undefined;
  if (prepared === undefined) return WAITS;
  const { module, args, loaded } = prepared;
  const about = moduleContext(context, { host, task }, prepared, machine);
  const requests = module.observes(args, loaded, about);
  if (!requests.every((request) => isKnown(sketch, request))) return WAITS;
  const outcome = module.plan(args, loaded, sketch.seen, about);
  switch (outcome.kind) {
    case 'in_sync':
      return isHarmless(outcome) && areFirm(sketch, requests, about.user) ? { kind: 'passed', requests } : WAITS;
    case 'change':
      return await companionOf(run, sketch, later, { prepared, change: outcome, requests });
    case 'await':
    case 'cannot_know':
    case 'impossible':
      return WAITS;
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

/** Prepares the task as in its turn; undefined if this may come out differently then, or if it must be alone. */
async function preparedEarly(run: ItemRun, { task, turn, scope }: LaterTurn): Promise<Prepared | undefined> {
  const { context, host } = run;
  const { preparing, isOwn } = await context.prepared.prepareEarly(context, { host, task, item: turn?.item }, scope);
  if (preparing.kind === 'unknown' || !isOwn) return undefined;
  const { prepared } = preparing;
  const isPlain = prepared.timeoutMs === undefined && !prepared.neverChanges && unknownIn(prepared) === undefined;
  return isPlain && isSamePrivilege(prepared.privilege, run.prepared.privilege) ? prepared : undefined;
}

/** Commands are never asked ahead, because their answers may depend on anything. */
function isKnown(sketch: Sketch, request: Request): boolean {
  return request.kind.name !== 'probe' && sketch.of(request)?.isOpen === false;
}

/** Returns whether the task only tells something, or sets variables of its host. */
function isHarmless({ failure, effects = [] }: Extract<Outcome, { kind: 'in_sync' }>): boolean {
  return failure === undefined && effects.every(({ kind }) => kind === 'message' || kind === 'set_fact');
}

/** Returns whether the plan may rely on the states that changes before it bring. */
function areFirm(sketch: Sketch, requests: readonly Request[], user: string): boolean {
  return requests.every((request) => {
    const known = sketch.of(request);
    return known?.origin === 'seen' || request.kind.together?.isFirm(known?.state, user) === true;
  });
}

interface Planned {
  readonly prepared: Prepared;
  readonly change: Change;
  readonly requests: readonly Request[];
}

async function companionOf(
  run: ItemRun,
  sketch: Sketch,
  { stop, task, turn, scope }: LaterTurn,
  { prepared, change, requests }: Planned,
): Promise<Along> {
  const { context, batch, host, machine } = run;
  const user = machine.userOf(prepared.privilege);
  const { predictions } = change;
  const own = new Set(predictions.map(({ request }) => request.key));
  const others = requests.filter(({ key }) => !own.has(key));
  if (!areFirm(sketch, others, user) || !isClear(sketch, change, user)) return WAITS;
  const apply = await applyIn(prepared, change);
  const proof = proofOfQuiet(change, apply);
  if (proof === undefined) return WAITS;
  // Evaluated now, so that it cannot fail after the change is made.
  ignores(task, scope);
  const item = turn === undefined ? undefined : labelOf(task, scope, turn.item);
  const label = item === undefined || !hushOf(task, scope).hides ? item : HIDDEN;
  const identity = context.identities.of(task, scope, run.frame);
  if (context.approval?.allows({ host: host.name, task: identity, item: label }, change) === false) return WAITS;
  const notifies = notifiesOf(task, scope, run.handlers);
  // In its turn, the task fails with the name that no handler has.
  if (!notifies.every((name) => isHeard(name, run.handlers))) return WAITS;
  const note = writeDown(user, debtsOf(context, batch.play, notifies));
  const companion = { stop, index: turn?.index, prepared, change, apply, requests, note, proof };
  return { kind: 'goes', companion: { ...companion, own: ownRequests(requests, predictions) }, label };
}

/** Returns whether what the change is about was seen, or follows from earlier changes, or changes again in its content. */
function isClear(sketch: Sketch, { predictions, differences }: Change, user: string): boolean {
  const areTexts = differences.every(({ kind }) => kind === 'text');
  return predictions.every(({ request, state }) => {
    const known = sketch.of(request);
    switch (known?.origin) {
      case undefined:
        return false;
      case 'seen':
        return true;
      case 'followed':
        return request.kind.together?.isFirm(known.state, user) === true;
      case 'predicted':
        return areTexts && request.kind.together?.mayChangeAgain(known.state, state) === true;
    }
  });
}
