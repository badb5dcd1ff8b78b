import type { Handler, Include, Meta, Task } from '../playbook/play.ts';
import { Problem } from '../errors/problem.ts';
import { breathe } from '../connection/breath.ts';
import { hasSelected, isSelected } from '../playbook/select-tasks.ts';
import { Unknown } from '../values/value.ts';
import type { Scope, Value } from '../values/value.ts';
import { abort } from './abort.ts';
import { all } from './conditions.ts';
import type { Batch, RunContext } from './context.ts';
import { FatalErrors } from './fatal-errors.ts';
import { isLoopInVain, loopLayer, turnsOf } from './loop.ts';
import type { HostState } from './host-state.ts';
import type { Route, Stop } from './itinerary.ts';
import { itinerary } from './itinerary.ts';
import { pauseBetween } from './loop-pause.ts';
import { countIncluded, leaveOpenWithin } from './open-includes.ts';
import { asksOtherHosts } from './other-hosts.ts';
import { HIDDEN, hushOf, hushedProblem } from './no-log.ts';
import { forgetOwed } from './owed-handlers.ts';
import { collectOwed } from './collect-owed.ts';
import { wrongType } from './wrong-type.ts';
import type { StepDone } from './roles-done.ts';
import { RolesDone } from './roles-done.ts';
import { isOnce, once } from './run-once.ts';
import { HostStops, TaskFailed } from './signals.ts';
import { failedStep, unknownStep, userProblem } from './step-failure.ts';
import { identityOfStep } from './task-identity.ts';
import { runTask } from './task-run.ts';
import { throttled } from './throttle.ts';

/** One host on its way through the steps of one play. */
export class HostRun {
  readonly #context: RunContext;
  readonly #batch: Batch;
  readonly #host: HostState;
  /** How many throttled blocks it is in: there hosts go one after another and wait for no lock-step. */
  #alone = 0;
  #handling = false;
  #included = 0;
  #doubtful = false;
  /** What this host does alone in a run_once include for all: results of run_once tasks in it are for all as well. */
  #shared: Map<string, Value> | undefined;
  #handlers: readonly Handler[];
  readonly #roles = new RolesDone();
  readonly #fatal: FatalErrors;

  constructor(context: RunContext, batch: Batch, host: HostState) {
    this.#context = context;
    this.#batch = batch;
    this.#host = host;
    this.#fatal = new FatalErrors(batch, host);
    this.#handlers = batch.play.handlers;
  }

  async steps(stops: readonly Stop[], behind: Route | undefined): Promise<void> {
    for (const [index, stop] of stops.entries()) {
      await breathe();
      this.#mayGoOn(stop.at);
      if (this.#alone === 0) this.#batch.barrier?.reach(this.#host.name, stop.at);
      await this.#step(stop, { stops, index, behind, play: undefined });
    }
  }

  /** Whether it is settled already what `error` means for the other hosts. */
  hasWeighed(error: unknown): boolean {
    return this.#fatal.hasWeighed(error);
  }

  #mayGoOn(at: number): void {
    this.#fatal.mayGoOn(at);
    if (this.#context.interrupted()) throw new HostStops('interrupted');
  }

  async #step(stop: Stop, route: Route): Promise<void> {
    await this.#guarded(stop, () => this.#take(stop, route));
  }

  /** What is wrong with a step that is no task is a failure of the host there. */
  async #guarded(stop: Stop, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const problem = userProblem(error);
      if (problem === undefined) throw error;
      const hush = hushOf(stop.step, this.#host.variables.scope(stop.step));
      const failed = failedStep(this.#context, this.#host, identityOfStep(stop.step, this.#handling), hushedProblem(problem, hush));
      throw this.#fatal.weigh(failed, stop.step, { forAll: false, what: `failed at ${stop.step.id}` });
    }
  }

  async #take(stop: Stop, route: Route): Promise<void> {
    const { step } = stop;
    if (!this.#handling && this.#roles.isRepeated(step.role) === true) return;
    switch (step.kind) {
      case 'task':
        if (!this.#handling && !isSelected(step.tags, this.#context.selection)) return;
        return this.#task(stop, step, route);
      case 'block':
        return this.#block(stop, route);
      case 'include':
        if (!isSelected(step.tags, this.#context.selection)) return;
        if (!isOnce(this.#batch, stop, step, this.#host)) return this.#include(stop, step, route);
        return this.#once(stop, (shared) => this.#guarded(stop, () => this.#byOneHost(shared, () => this.#include(stop, step, route))));
      case 'meta':
        if (!this.#handling && !isSelected(step.tags, this.#context.selection)) return;
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
    if (barrier !== undefined && this.#alone === 0 && (asks || this.#fatal.mayStopAll)) {
      await barrier.allReached(stop.at);
      this.#mayGoOn(stop.at);
    }
    this.#fatal.begins(task);
    if (asks && barrier !== undefined) this.#host.variables.seeOthersAsTheyAre();
    const run = {
      context: this.#context,
      batch: this.#batch,
      host: this.#host,
      task,
      stop,
      route,
      handler: this.#handling,
      doubtful: this.#doubtful || (!this.#handling && this.#roles.isRepeated(task.role) === 'unknown'),
      alone: this.#alone > 0,
      calls: [],
      mayGoOn: (at: number) => {
        this.#mayGoOn(at);
      },
    };
    let done: StepDone = 'skipped';
    try {
      if (isOnce(this.#batch, stop, task, this.#host))
        await this.#once(stop, async (remembered) => {
          done = await runTask({ ...run, remembered });
        });
      else done = await runTask({ ...run, remembered: new Map() });
      if (!this.#handling) this.#roles.note(task.role, done);
    } catch (error) {
      if (error instanceof TaskFailed && !this.#handling) this.#roles.note(task.role, 'done');
      const how = error instanceof TaskFailed ? 'failed' : 'was lost';
      throw this.#fatal.weigh(error, task, { forAll: false, what: `${how} at ${task.id}` });
    } finally {
      if (asks && barrier !== undefined) this.#host.variables.seeOthersAhead();
    }
  }

  /** `work` gives what the others take over, of what it registers and sets. */
  async #once(stop: Stop, work: (shared: Map<string, Value>) => Promise<void>): Promise<void> {
    const outer = this.#shared;
    const shared = new Map<string, Value>();
    try {
      await once({
        batch: this.#batch,
        host: this.#host,
        stop,
        inStep: this.#alone === 0,
        mayGoOn: () => {
          this.#mayGoOn(stop.at);
        },
        work: async () => {
          await work(shared);
          for (const [name, value] of shared) outer?.set(name, value);
          return shared;
        },
      });
    } catch (error) {
      throw this.#fatal.weigh(error, stop.step, { forAll: true, what: `failed at ${stop.step.id}` });
    }
  }

  async #block(stop: Stop, route: Route): Promise<void> {
    const { step } = stop;
    if (step.kind !== 'block') return;
    const most = step.throttle?.resolve(this.#host.variables.scope(step));
    const inBlock = (): Promise<void> => this.#fatal.inBlock(step, () => this.#inParts(stop, route));
    if (most === undefined || most === 0) return inBlock();
    await throttled(this.#batch, stop, most, step.place, async () => {
      // Hosts go one after another so that the first failure is the last.
      this.#mayGoOn(Number.POSITIVE_INFINITY);
      this.#alone += 1;
      try {
        await inBlock();
      } finally {
        this.#alone -= 1;
      }
    });
  }

  async #inParts(stop: Stop, route: Route): Promise<void> {
    const { step } = stop;
    if (step.kind !== 'block') return;
    const before = this.#host.failures;
    const callsFailed = this.#host.called.failures;
    // What tags leave out rescues nothing.
    const isRescued = this.#handling ? step.rescue.length > 0 : hasSelected(step.rescue, this.#context.selection);
    let ended = await this.#fatal.inPart(isRescued, () => this.steps(stop.block, route));
    if (ended instanceof TaskFailed && isRescued) {
      this.#host.variables.remember('failed_task', { name: ended.task.name, msg: ended.problem.what, result: ended.task.result });
      ended = await this.#fatal.inPart(false, () => this.steps(stop.rescue, route));
      if (ended === undefined) {
        this.#host.rescued(before);
        forgetOwed(this.#context, this.#host, this.#batch.play, this.#host.called.rescue(callsFailed));
      }
    }
    await this.#fatal.inAlways(stop.always, () => this.steps(stop.always, route));
    if (ended !== undefined) throw ended;
  }

  /** The others wait at the include meanwhile, so nothing in it waits for them. */
  async #byOneHost(shared: Map<string, Value>, work: () => Promise<void>): Promise<void> {
    const outer = this.#shared;
    this.#shared = shared;
    this.#alone += 1;
    try {
      await work();
    } finally {
      this.#alone -= 1;
      this.#shared = outer;
    }
  }

  async #include(stop: Stop, step: Include, route: Route): Promise<void> {
    const { variables } = this.#host;
    const plain = variables.scope(step);
    if (isLoopInVain(step, plain)) return;
    const turns = step.loop === undefined ? [undefined] : turnsOf(step.loop, step, plain);
    if (turns instanceof Unknown) {
      this.#notKnown(step, turns.because);
      return;
    }
    const width = (stop.until - stop.at) / Math.max(1, turns.length + 1);
    for (const [index, turn] of turns.entries()) {
      await pauseBetween(this.#context, step.loop, index);
      const over = turn === undefined ? [] : [loopLayer(turn)];
      const scope = variables.scope(step, over);
      if (!this.#holds(step, scope)) continue;
      const name = (step.target.kind === 'tasks' ? step.target.file : step.target.role).render(scope);
      if (name instanceof Unknown) {
        this.#notKnown(step, name.because);
        continue;
      }
      if (typeof name !== 'string') throw wrongType('what to include', 'the name of a file or a role', step.place);
      const opened = await step.open(name, over);
      this.#handlers = [...this.#handlers, ...opened.handlers.filter((one) => !this.#handlers.some((known) => known.name === one.name))];
      leaveOpenWithin(this.#context.approval, this.#host.name, { include: step, steps: opened.steps, handlers: this.#handlers, scope });
      this.#included = countIncluded(this.#included, opened.steps, step.place);
      const from = stop.at + width * (index + 0.5);
      await this.steps(itinerary(opened.steps, from, from + width * 0.5), route);
    }
  }

  /** The condition of a step that is no task. What is not known in a plan is told, and the step is passed over. */
  #holds(step: Include | Meta, scope: Scope): boolean {
    const holds = all(step.when, scope);
    if (holds instanceof Unknown) this.#notKnown(step, holds.because);
    return holds === true;
  }

  #notKnown(step: Include | Meta, because: string): void {
    const identity = identityOfStep(step, this.#handling);
    const { hides } = hushOf(step, this.#host.variables.scope(step));
    if (this.#context.mode === 'plan') unknownStep(this.#context, this.#host, identity, hides ? `what is ${HIDDEN}` : because);
    else throw new Problem({ code: 'task-failed', what: `what it needs is not known: ${because}`, place: step.place });
  }

  /** In lock-step one host asks whether the play ends, for all. */
  async #endPlay(stop: Stop, step: Meta): Promise<void> {
    const end = (): void => {
      if (!this.#holds(step, this.#host.variables.scope(step))) return;
      abort(this.#batch, { kind: 'end_play' }, this.#host);
      throw new HostStops('end_play');
    };
    if (this.#batch.barrier === undefined || this.#alone > 0) end();
    else await this.#once(stop, async () => this.#guarded(stop, async () => end()));
  }

  async #meta(stop: Stop, step: Meta, route: Route): Promise<void> {
    if (step.action === 'end_play') return this.#endPlay(stop, step);
    if (!this.#holds(step, this.#host.variables.scope(step))) return;
    switch (step.action) {
      case 'flush_handlers':
        return this.flush('reached', stop.at, stop.until, route);
      case 'end_host':
        throw new HostStops('end_host');
      case 'noop':
        return;
      default: {
        const never: never = step.action;
        throw new Error(`unknown meta action ${String(never)}`);
      }
    }
  }

  /**
   * Runs every handler that was called for, in the order in which they are written, and again from the first one where handlers have
   * called for others. What an earlier run left owed waits until the play has come by a task that may call for it, as what it restarts
   * may be half made before that; or until the end of the play: `all`.
   */
  async flush(which: 'reached' | 'all', from: number, until: number, route: Route | undefined): Promise<void> {
    let begin = from + (until - from) / 4;
    const end = until - (until - from) / 4;
    while (await this.#handle(which, begin, (begin + end) / 2, route)) begin = (begin + end) / 2;
  }

  /** Once through the handlers. Tells whether any of them has run. */
  async #handle(which: 'reached' | 'all', from: number, until: number, route: Route | undefined): Promise<boolean> {
    const { called } = this.#host;
    const handlers = this.#handlers;
    const stops = itinerary(
      handlers.map((handler) => handler.step),
      from,
      until,
    );
    let hasRun = false;
    for (const [index, handler] of handlers.entries()) {
      const stop = stops[index];
      if (stop === undefined) continue;
      this.#mayGoOn(stop.at);
      if (this.#alone === 0) this.#batch.barrier?.reach(this.#host.name, stop.at);
      const due = called.due(handler, which);
      if (due.length === 0) continue;
      hasRun = true;
      this.#handling = true;
      this.#doubtful = due.every((call) => !call.certain);
      try {
        await called.answer(handler, due, () => this.#step(stop, { stops: [stop], index: 0, behind: route, play: undefined }));
      } finally {
        this.#handling = false;
        this.#doubtful = false;
      }
      forgetOwed(this.#context, this.#host, this.#batch.play, called.pay(this.#handlers));
    }
    return hasRun;
  }

  /** Handlers that an earlier run left owed are called for again. */
  async collectOwed(route: Route | undefined): Promise<void> {
    await collectOwed({ context: this.#context, host: this.#host, play: this.#batch.play, handlers: this.#handlers, route });
  }
}
