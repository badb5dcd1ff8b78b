import type { Change } from '../../modules/base/module.ts';
import { resultsOf } from '../../playbook/base/brings.ts';
import type { Role, Task } from '../../playbook/base/play.ts';
import { isSelected } from '../../playbook/base/select-tasks.ts';
import type { Prediction, Request } from '../../resources/base/resource.ts';
import { type Value, Unknown } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { type LoopTurn, isLoopInVain, loopLayer, turnsOf } from '../base/loop.ts';
import type { Companion } from '../context/made-together.ts';
import { pendingLayer } from '../host/variables.ts';
import { Sketch } from '../machine/sketch.ts';
import type { Stop } from '../order/itinerary.ts';
import { type Along, planAlong } from './along.ts';
import type { ItemRun } from './item.ts';
import { isOnlyFrame, isPassable, mayTakeAlong } from './quiet.ts';

/** Maximal number of changes in one script: an interruption waits for its end. */
const MOST_TOGETHER = 60;
/** Maximal number of tasks that are planned for one script. */
const MOST_TASKS = 200;
/** Maximal size of the changes of one script, in characters. */
const MOST_TEXT = 256 * 1024;

/**
 * Returns the quiet changes of later turns that can go to the host together with the change of this turn. A mistake in a
 * later task only ends the list: the task reports the mistake in its turn.
 */
export async function companionsOf(run: ItemRun, { predictions }: Change): Promise<readonly Companion[]> {
  if (!mayTakeAlong(run)) return [];
  const gathering = new Gathering(run, predictions);
  try {
    await gathering.gather();
  } catch {
    // See above.
  }
  return gathering.companions;
}

class Gathering {
  readonly companions: Companion[] = [];
  readonly #run: ItemRun;
  readonly #sketch: Sketch;
  /** The requests of the tasks that were passed because they are in sync. */
  readonly #passed: Request[] = [];
  /** Variables that the tasks of the script will bring. */
  readonly #pending = new Map<string, Value>();
  /** The roles of the tasks of the script. */
  readonly #roles: (Role | undefined)[];
  /** A plan is asked once for each task and label. */
  readonly #asked = new Set<string>();
  #tasks = 0;
  #text = 0;

  constructor(run: ItemRun, predictions: readonly Prediction[]) {
    this.#run = run;
    this.#roles = [run.task.role];
    this.#sketch = new Sketch(run.machine.view(run.prepared.privilege));
    this.#sketch.lay(predictions);
    this.#asked.add(JSON.stringify([run.task.id, run.item]));
  }

  async gather(): Promise<void> {
    const { route, task, stop, turn } = this.#run;
    if (turn !== undefined && !(await this.#turns(stop, task, turn.index + 1))) return;
    this.#bring(task);
    if (route === undefined) return;
    for (const next of following(route.stops, route.index + 1)) if (!(await this.#step(next))) return;
  }

  /** Returns whether the step after this one may be looked at. */
  async #step({ step, ...place }: Stop): Promise<boolean> {
    const { context } = this.#run;
    if (step.kind !== 'task') return false;
    if (!isSelected(step.tags, context.selection)) return true;
    const isTooMuch = (this.#tasks += 1) > MOST_TASKS;
    if (isTooMuch || !this.#runs(step.role) || context.asking.has(step)) return false;
    if (!isPassable(step, await context.module(step.module))) return false;
    if (!(await this.#turns({ step, ...place }, step, 0))) return false;
    this.#bring(step);
    return true;
  }

  /** Of equal uses of a role only one runs. Returns whether it is certain that this one does. */
  #runs(role: Role | undefined): boolean {
    if (this.#roles.includes(role)) return true;
    const isEqual = role?.sameAs !== undefined && this.#roles.some((one) => one?.sameAs === role.sameAs);
    this.#roles.push(role);
    return !isEqual && this.#run.isRepeated(role) === false;
  }

  #bring(task: Task): void {
    for (const name of resultsOf(task)) this.#pending.set(name, new Unknown(`the task at ${task.id}`));
  }

  /** Plans the turns of a task from this index on. Returns whether the step after it may be looked at. */
  async #turns(stop: Stop, task: Task, from: number): Promise<boolean> {
    const plain = this.#scope(task, undefined);
    if (isLoopInVain(task, plain)) return true;
    const turns = task.loop === undefined ? [undefined] : turnsOf(task.loop, task, plain);
    if (turns instanceof Unknown) return false;
    for (const turn of turns.slice(from)) {
      const scope = turn === undefined ? plain : this.#scope(task, turn);
      const along = await planAlong(this.#run, this.#sketch, { stop, task, turn, scope });
      if (!this.#take(along)) return false;
    }
    return true;
  }

  #scope(task: Task, turn: LoopTurn | undefined): ReturnType<ItemRun['scope']> {
    const pending = this.#pending.size === 0 ? [] : [pendingLayer(new Map(this.#pending))];
    const over: readonly Layer[] = turn === undefined ? pending : [...pending, loopLayer(turn)];
    return this.#run.host.variables.scope(task, over);
  }

  /** Returns whether a further turn may be looked at. */
  #take(along: Along): boolean {
    switch (along.kind) {
      case 'waits':
        return false;
      case 'passed':
        this.#passed.push(...along.requests);
        return true;
      case 'goes': {
        const { companion, label } = along;
        const { predictions } = companion.change;
        const asked = JSON.stringify([companion.stop.step.id, label]);
        const isAskedAgain = this.#run.context.approval !== undefined && this.#asked.has(asked);
        this.#text += companion.apply.script.length + companion.note.length;
        if (isAskedAgain || this.#text > MOST_TEXT || this.#touchesPassed(predictions)) return false;
        this.#asked.add(asked);
        this.companions.push(companion);
        this.#sketch.lay(predictions);
        return this.companions.length + 1 < MOST_TOGETHER;
      }
      default: {
        const never: never = along;
        throw new Error(`unknown turn ${JSON.stringify(never)}`);
      }
    }
  }

  /** A passed task looks at its states in its turn, when all changes of the script are made. */
  #touchesPassed(predictions: readonly Prediction[]): boolean {
    return this.#passed.some((request) =>
      predictions.some((prediction) => {
        const { key, id, kind } = request;
        const known = this.#sketch.of(request);
        return prediction.request.key === key || kind.after?.(known?.state, id, prediction) !== undefined;
      }),
    );
  }
}

/** Yields the stops from this index on; a block that only holds its steps is opened. */
function* following(stops: readonly Stop[], from: number): Generator<Stop> {
  for (const stop of stops.slice(from)) {
    if (stop.step.kind === 'block' && isOnlyFrame(stop.step)) yield* following(stop.block, 0);
    else yield stop;
  }
}
