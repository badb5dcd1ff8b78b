import type { Handler, Include, Meta, Task } from '../playbook/play.ts';
import { Problem } from '../errors/problem.ts';
import { breathe } from '../connection/breath.ts';
import { Unreachable } from '../connection/unreachable.ts';
import { isSelected } from '../playbook/select-tasks.ts';
import { Unknown, isList } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Batch, OnceResult, RunContext } from './context.ts';
import { keyOf } from './context.ts';
import { foresee } from './foresee.ts';
import { loopLayer, loopValue } from './loop.ts';
import type { HostState } from './host-state.ts';
import type { Route, Stop } from './itinerary.ts';
import { itinerary } from './itinerary.ts';
import { pauseBetween } from './loop-pause.ts';
import { connectFor } from './machines.ts';
import { owedBy } from './owed.ts';
import { callForOwed, forgetOwed, learnOwed } from './owed-handlers.ts';
import { resolveSettings } from './prepare.ts';
import { HostGone, HostStops, TaskFailed } from './signals.ts';
import { failedStep, userProblem } from './step-failure.ts';
import { all, runTask } from './task-run.ts';
import { throttled } from './throttle.ts';

/** Steps that includes may bring to one host in one play: what includes itself by a loop doubles each time. */
const MOST_INCLUDED = 100_000;

/** One host on its way through the steps of one play. */
export class HostRun {
  readonly #context: RunContext;
  readonly #batch: Batch;
  readonly #host: HostState;
  /** How many throttled blocks it is in: there hosts go one after another and wait for no lock-step. */
  #alone = 0;
  /** How many blocks with a rescue or an always are around it: a failure has consequences for others only behind these. */
  #sheltered = 0;
  #handling = false;
  #included = 0;
  #doubtful = false;
  #handlers: readonly Handler[];

  constructor(context: RunContext, batch: Batch, host: HostState) {
    this.#context = context;
    this.#batch = batch;
    this.#host = host;
    this.#handlers = batch.play.handlers;
  }

  async steps(stops: readonly Stop[], behind: Route | undefined): Promise<void> {
    for (const [index, stop] of stops.entries()) {
      await breathe();
      this.#mayGoOn();
      if (this.#alone === 0) this.#batch.barrier?.reach(this.#host.name, stop.at);
      await this.#step(stop, { stops, index, behind, play: undefined });
    }
  }

  #mayGoOn(): void {
    if (this.#batch.aborted !== undefined) throw new HostStops('aborted');
    if (this.#context.interrupted()) throw new HostStops('interrupted');
  }

  async #step(stop: Stop, route: Route): Promise<void> {
    try {
      await this.#take(stop, route);
    } catch (error) {
      const problem = userProblem(error);
      if (problem === undefined) throw error;
      const { id, role, kind } = stop.step;
      throw failedStep(this.#context, this.#host, { id, name: kind, module: kind, role: role?.name, handler: this.#handling }, problem);
    }
  }

  async #take(stop: Stop, route: Route): Promise<void> {
    const { step } = stop;
    switch (step.kind) {
      case 'task':
        if (!this.#handling && !isSelected(step.tags, this.#context.selection)) return;
        return this.#task(stop, step, route);
      case 'block':
        return this.#block(stop, route);
      case 'include':
        if (!isSelected(step.tags, this.#context.selection)) return;
        return this.#include(stop, step, route);
      case 'meta':
        return this.#meta(stop, step, route);
      default: {
        const never: never = step;
        throw new Error(`unknown step ${JSON.stringify(never)}`);
      }
    }
  }

  async #task(stop: Stop, task: Task, route: Route): Promise<void> {
    const { barrier } = this.#batch;
    const asks = asksOtherHosts(task);
    if (barrier !== undefined && this.#alone === 0 && asks) await barrier.allReached(stop.at);
    if (asks && barrier !== undefined) this.#host.variables.seeOthersAsTheyAre();
    const run = {
      context: this.#context,
      batch: this.#batch,
      host: this.#host,
      task,
      stop,
      route,
      handler: this.#handling,
      doubtful: this.#doubtful,
      alone: this.#alone > 0,
    };
    try {
      if (task.runOnce) await this.#once(stop, task, () => runTask(run));
      else await runTask(run);
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error;
      throw this.#weighed(error, task.anyErrorsFatal ?? false, `failed at ${task.id}`);
    } finally {
      if (asks && barrier !== undefined) this.#host.variables.seeOthersAhead();
    }
  }

  /**
   * One host does it, the others take over what it registered. In lock-step that is the first one of the batch that came here,
   * so that every run chooses the same.
   */
  async #once(stop: Stop, task: Task, work: () => Promise<void>): Promise<void> {
    const key = keyOf(stop);
    const { barrier, hosts } = this.#batch;
    if (barrier !== undefined && this.#alone === 0) {
      await barrier.allReached(stop.at);
      this.#mayGoOn();
      const leader = hosts.find((host) => barrier.standsAt(host.name, stop.at));
      if (leader !== this.#host) await this.#onceBegun(key);
    }
    const known = this.#batch.once.get(key);
    if (known === undefined) {
      const leader = this.#host;
      const done = work().then(
        (): OnceResult => {
          const value = task.register === undefined ? undefined : leader.variables.remembered(task.register);
          return { kind: 'done', remembered: new Map(task.register === undefined || value === undefined ? [] : [[task.register, value]]) };
        },
        (error: unknown): OnceResult => ({ kind: 'failed', error }),
      );
      this.#batch.once.set(key, { leader: leader.name, done });
      for (const begun of this.#batch.onceWaiting.get(key) ?? []) begun();
      const result = await done;
      if (result.kind === 'failed') throw result.error;
      return;
    }
    const result = await known.done;
    if (result.kind === 'failed') throw new HostStops('aborted');
    for (const [name, value] of result.remembered) this.#host.variables.remember(name, value);
  }

  async #onceBegun(key: string): Promise<void> {
    if (this.#batch.once.has(key)) return;
    await new Promise<void>((begun) => {
      const waiting = this.#batch.onceWaiting.get(key) ?? [];
      this.#batch.onceWaiting.set(key, [...waiting, begun]);
    });
  }

  async #block(stop: Stop, route: Route): Promise<void> {
    const { step } = stop;
    if (step.kind !== 'block') return;
    const most = step.throttle?.resolve(this.#host.variables.scope(step));
    if (most === undefined) return this.#inBlock(stop, route);
    await throttled(this.#batch, stop, most, step.place, async () => {
      this.#mayGoOn();
      this.#alone += 1;
      try {
        await this.#inBlock(stop, route);
      } finally {
        this.#alone -= 1;
      }
    });
  }

  async #inBlock(stop: Stop, route: Route): Promise<void> {
    const { step } = stop;
    if (step.kind !== 'block') return;
    const before = this.#host.failures;
    let failed = await this.#failureIn(stop.block, route, stop.rescue.length + stop.always.length);
    if (failed !== undefined && stop.rescue.length > 0) {
      this.#host.variables.remember('failed_task', { msg: failed.problem.what });
      failed = await this.#failureIn(stop.rescue, route, stop.always.length);
      if (failed === undefined) this.#host.rescued(before);
    }
    await this.steps(stop.always, route);
    if (failed !== undefined) throw this.#weighed(failed, step.anyErrorsFatal ?? false, `failed in the block at ${step.id}`);
  }

  /** How a part of a block failed; `shelters` is how many steps still follow that failure. */
  async #failureIn(stops: readonly Stop[], route: Route, shelters: number): Promise<TaskFailed | undefined> {
    const shelter = Math.min(1, shelters);
    this.#sheltered += shelter;
    try {
      await this.steps(stops, route);
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error;
      return error;
    } finally {
      this.#sheltered -= shelter;
    }
    return undefined;
  }

  /** Stops the play for all if the failure is fatal, and nothing is left around it that may catch it or has to follow it. */
  #weighed(failed: TaskFailed, fatalHere: boolean, how: string): TaskFailed {
    const fatal = fatalHere || failed.fatal;
    if (fatal && this.#sheltered === 0) this.#abort(`${this.#host.name} ${how}`);
    return fatal === failed.fatal ? failed : new TaskFailed(failed.problem, fatal);
  }

  async #include(stop: Stop, step: Include, route: Route): Promise<void> {
    const { variables } = this.#host;
    const plain = variables.scope(step);
    const value = step.loop === undefined ? undefined : loopValue(step.loop, plain);
    const items: readonly (Value | undefined)[] = value === undefined ? [undefined] : isList(value) ? value : [];
    const width = (stop.until - stop.at) / Math.max(1, items.length + 1);
    for (const [index, item] of items.entries()) {
      await pauseBetween(this.#context, step.loop, index);
      const over = step.loop === undefined || item === undefined ? [] : [loopLayer(step.loop, item, index)];
      const scope = variables.scope(step, over);
      if (all(step.when, scope) !== true) continue;
      const name = (step.target.kind === 'tasks' ? step.target.file : step.target.role).render(scope);
      if (typeof name !== 'string') {
        const why = name instanceof Unknown ? `It depends on ${name.because}.` : undefined;
        throw new Problem({ code: 'wrong-type', what: 'what to include is not known as text', place: step.place, why });
      }
      const opened = await step.open(name, over);
      this.#handlers = [...this.#handlers, ...opened.handlers.filter((one) => !this.#handlers.some((known) => known.name === one.name))];
      this.#included += 1 + opened.steps.length;
      if (this.#included > MOST_INCLUDED) {
        const what = `includes have brought more than ${MOST_INCLUDED} steps to the host`;
        const remedy = 'See whether a file includes itself by a loop. Many things are done by a loop at one task.';
        throw new Problem({ code: 'too-many-steps', what, place: step.place, remedy });
      }
      const from = stop.at + width * (index + 0.5);
      await this.steps(itinerary(opened.steps, from, from + width * 0.5), route);
    }
  }

  async #meta(stop: Stop, step: Meta, route: Route): Promise<void> {
    if (all(step.when, this.#host.variables.scope(step)) !== true) return;
    switch (step.action) {
      case 'flush_handlers':
        return this.flush('reached', stop.at, stop.until, route);
      case 'end_host':
        throw new HostStops('end_host');
      case 'end_play':
        this.#batch.aborted ??= 'end_play';
        throw new HostStops('end_play');
      case 'noop':
        return;
      default: {
        const never: never = step.action;
        throw new Error(`unknown meta action ${String(never)}`);
      }
    }
  }

  /**
   * Runs every handler that was called for, in the order in which they are written. What an earlier run left owed waits until the play has
   * come by a task that may call for it, as what it restarts may be half made before that; or until the end of the play: `all`.
   */
  async flush(which: 'reached' | 'all', from: number, until: number, route: Route | undefined): Promise<void> {
    const steps = this.#handlers.map((handler) => handler.step);
    const stops = itinerary(steps, from + (until - from) / 4, until - (until - from) / 4);
    for (const [index, handler] of this.#handlers.entries()) {
      const stop = stops[index];
      if (stop === undefined) continue;
      this.#mayGoOn();
      if (this.#alone === 0) this.#batch.barrier?.reach(this.#host.name, stop.at);
      const called = [handler.name, ...handler.listen].filter(
        (name) => this.#host.notified.has(name) && (which === 'all' || !this.#host.unreached.has(name)),
      );
      if (called.length === 0) continue;
      this.#handling = true;
      this.#doubtful = called.every((name) => this.#host.doubtful.has(name));
      try {
        await this.#step(stop, { stops: [stop], index: 0, behind: route, play: undefined });
      } finally {
        this.#handling = false;
        this.#doubtful = false;
      }
      for (const name of called) {
        // Another handler may listen to the same name, so a name is paid only by the last one that does.
        const later = this.#handlers.slice(index + 1).some((other) => other.name === name || other.listen.includes(name));
        if (!later) forgetOwed(this.#context, this.#host, name);
      }
    }
  }

  /**
   * Handlers that an earlier run left owed are called for again. What the play's own user owes is looked at together
   * with the first window.
   */
  async collectOwed(route: Route | undefined): Promise<void> {
    if (this.#handlers.length === 0) return;
    const { variables } = this.#host;
    const machine = await connectFor(this.#context, this.#host, undefined);
    const settings = resolveSettings(this.#batch.play.settings, this.#batch.play.place, variables.scope(undefined));
    if (settings.kind === 'unknown') return;
    const { privilege } = settings.settings;
    const user = machine.userOf(privilege);
    if (!this.#host.owedEarlier.has(user)) {
      const view = machine.view(privilege);
      const owed = owedBy(user);
      const ahead = await foresee(this.#context, this.#host, route, view);
      await this.#context.turns.connected(() => machine.look(privilege, view.missing([owed, ...ahead]), this.#context.mode));
      learnOwed(this.#context, this.#host, this.#handlers, user, view.seen.of(owed));
      view.release([owed]);
    } else callForOwed(this.#context, this.#host, this.#handlers);
  }

  #abort(why: string): void {
    this.#batch.aborted ??= why;
  }
}

/** A lost connection in the middle of a task, told from a task's failure. */
export function asHostGone(error: unknown): HostGone | undefined {
  if (error instanceof HostGone) return error;
  return error instanceof Unreachable ? new HostGone(error) : undefined;
}

/** Asked for each host. */
const askers = new WeakMap<Task, boolean>();

function asksOtherHosts(task: Task): boolean {
  let answer = askers.get(task);
  if (answer === undefined) askers.set(task, (answer = referencesOtherHosts(task)));
  return answer;
}

function referencesOtherHosts(task: Task): boolean {
  const asks = (one: { readonly references: ReadonlySet<string> }): boolean => one.references.has('hostvars');
  return (
    task.when.some(asks) ||
    (task.asserts ?? []).some(asks) ||
    (task.loop !== undefined && asks(task.loop.items.value)) ||
    [...task.arguments.values()].some((argument) => asks(argument.value))
  );
}
