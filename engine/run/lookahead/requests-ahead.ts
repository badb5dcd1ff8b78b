import { resultsOf } from '../../playbook/base/brings.ts';
import type { Task } from '../../playbook/base/play.ts';
import { isSelected } from '../../playbook/base/select-tasks.ts';
import type { Request } from '../../resources/base/resource.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import type { Compiled } from '../../values/compiled.ts';
import type { Layer } from '../../values/scope.ts';
import { all } from '../base/conditions.ts';
import { isLoopInVain, loopLayer, turnsOf } from '../base/loop.ts';
import { machineFor } from '../context/connect-host.ts';
import type { RunContext } from '../context/context.ts';
import { permitTask } from '../controller/controller-tasks.ts';
import type { HostState } from '../host/host-state.ts';
import { type PlayScope, pendingLayer } from '../host/variables.ts';
import type { View } from '../machine/view.ts';
import { type Route, ahead } from '../order/itinerary.ts';
import { moduleContext, onController, type Preparing } from '../preparation/prepare.ts';
import type { For } from '../preparation/prepared-ahead.ts';
import { addIncluded, includedAhead, isInclude, possibly } from './included-ahead.ts';

/**
 * Number of tasks ahead whose requests are sent together. It limits the size of one script, and has no other effect.
 */
const TASKS_AHEAD = 400;
const REQUESTS_AHEAD = 2000;

/**
 * Returns the requests of the tasks ahead through the same view, if they can be named now. Other tasks are skipped:
 * they send their requests in their turn. Nothing here may fail: a mistake in a task is reported in its turn.
 */
export async function requestsAhead(
  context: RunContext,
  host: HostState,
  route: Route | undefined,
  view: View,
): Promise<readonly Request[]> {
  const requests: Request[] = [];
  const pending = new Map<string, Compiled | Value>();
  const looking: Looking = { context, host, view, pending, requests };
  let tasks = 0;
  for (const { stop, play } of ahead(route)) {
    const { step } = stop;
    if (step.kind === 'include') break;
    if (step.kind !== 'task' || !isSelected(step.tags, context.selection)) continue;
    if ((tasks += 1) > TASKS_AHEAD || requests.length > REQUESTS_AHEAD) break;
    try {
      const naming = nameRequests(looking, step, play);
      if (naming !== undefined) await naming;
    } catch {
      // The mistake is reported in the turn of the task.
    }
    for (const name of resultsOf(step)) pending.set(name, new Unknown(`the task at ${step.id}`));
  }
  return requests;
}

interface Looking {
  readonly context: RunContext;
  readonly host: HostState;
  readonly view: View;
  /** Results that earlier tasks will register, and variables that they include. */
  readonly pending: Map<string, Compiled | Value>;
  /** The requests so far. They are kept even if a mistake is found later. */
  readonly requests: Request[];
}

/** Returns a promise only if there is something to wait for. */
function nameRequests(looking: Looking, task: Task, play: PlayScope | undefined): Promise<void> | undefined {
  const { host, pending } = looking;
  const over: readonly Layer[] = pending.size === 0 ? NO_LAYERS : [pendingLayer(new Map(pending))];
  const plain = host.variables.scope(task, over, play);
  if (task.loop !== undefined || isInclude(task)) return nameTurns(looking, task, { over, plain, play });
  return all(task.when, plain) === false ? undefined : nameOf(looking, { host, task, item: undefined }, plain);
}

const NO_LAYERS: readonly Layer[] = [];

interface Plainly {
  readonly over: readonly Layer[];
  /** The variables of the task, without those of an item. */
  readonly plain: Scope;
  readonly play: PlayScope | undefined;
}

/** Names the requests of a task with a loop, and the files of a task that includes variables. */
async function nameTurns(looking: Looking, task: Task, { over, plain, play }: Plainly): Promise<void> {
  const { context, host, pending } = looking;
  const { loop } = task;
  if (isLoopInVain(task, plain)) return;
  const turns = loop === undefined ? [undefined] : turnsOf(loop, task, plain);
  if (turns instanceof Unknown) {
    if (isInclude(task)) addIncluded(pending, await possibly(context, task, turns));
    return;
  }
  for (const turn of turns) {
    const scope = turn === undefined ? plain : host.variables.scope(task, [...over, loopLayer(turn)], play);
    const runs = all(task.when, scope);
    const of = { host, task, item: turn?.item };
    if (isInclude(task)) addIncluded(pending, await includedAhead({ context, ...of, runs }, scope));
    else if (runs !== false) await nameOf(looking, of, scope);
  }
}

function nameOf(looking: Looking, of: For, scope: Scope): Promise<void> | undefined {
  const preparing = looking.context.prepared.prepareAhead(looking.context, of, scope);
  if (preparing instanceof Promise) return preparing.then((one) => nameIn(looking, of, one));
  nameIn(looking, of, preparing);
  return undefined;
}

function nameIn({ context, view, requests }: Looking, { host, task }: For, preparing: Preparing): void {
  if (preparing.kind === 'unknown') return;
  const { prepared } = preparing;
  const machine = machineFor(context, host, prepared.delegate);
  if (machine === undefined || machine.view(prepared.privilege) !== view) return;
  if (machine.isController) permitTask(onController(task, prepared), context.access);
  const about = moduleContext(context, { host, task }, prepared, machine);
  requests.push(...context.named.nameAhead(prepared, about));
}
