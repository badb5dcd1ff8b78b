import { withIncluded } from '../playbook/base/handler-names.ts';
import type { Block, Handler, Include, Meta, Task } from '../playbook/base/play.ts';
import { hasSelected, isSelected } from '../playbook/base/select-tasks.ts';
import { Unknown } from '../values/base/value.ts';
import { type Brought, type Frame, type Span, OUTERMOST, isHandler } from './base/frame.ts';
import { isLoopInVain, loopLayer, turnsOf } from './base/loop.ts';
import { hushOf, hushedProblem } from './base/no-log.ts';
import { HostStops, TaskFailed, asHostGone, isEndOnDemand } from './base/signals.ts';
import { identityOfStep } from './base/task-identity.ts';
import { wrongType } from './base/wrong-type.ts';
import { abort } from './context/abort.ts';
import type { Batch, RunContext } from './context/context.ts';
import { failedStep, userProblem } from './context/step-failure.ts';
import { waitForHosts } from './context/wait-for-hosts.ts';
import { collectOwed } from './handlers/collect-owed.ts';
import { forgetOwed } from './handlers/owed-handlers.ts';
import type { HostState } from './host/host-state.ts';
import { type Route, type Stop, itinerary } from './order/itinerary.ts';
import { type BeforeStep, isDeclined, isHandlerDeclined } from './task/declined-step.ts';
import { isSparedAlways, mayStopAll, stopIfEnded, weigh } from './task/fatal-errors.ts';
import type { TaskRun } from './task/item.ts';
import { pauseBetween } from './task/loop-pause.ts';
import { admitIncluded, leaveOpenWithin } from './task/open-includes.ts';
import { type StepDone, RolesDone } from './task/roles-done.ts';
import { isOnce, once } from './task/run-once.ts';
import { holds, reportUnknown } from './task/step-condition.ts';
import { runTask } from './task/task-run.ts';
import { throttled } from './task/throttle.ts';
import { WaitedTime } from './task/waited-time.ts';

/** The steps of a host, and what happens if they fail. */
interface Way {
  readonly route: Route;
  readonly frame: Frame;
}

/** Runs the steps of one play on one host. */
export class HostRun {
  readonly #context: RunContext;
  readonly #batch: Batch;
  readonly #host: HostState;
  #included = 0;
  #handlers: readonly Handler[];
  readonly #roles = new RolesDone();
  /** True if the last step could end the play for all: no host begins the next step before all have finished it. */
  #isFatalBehind = false;
  /** The last error whose effect on the other hosts is decided. */
  #weighed: unknown;

  constructor(context: RunContext, batch: Batch, host: HostState) {
    this.#context = context;
    this.#batch = batch;
    this.#host = host;
    this.#handlers = batch.play.handlers;
  }

  /**
   * Runs the steps, including those of blocks and includes. `behind` is what follows them, for looking ahead. Throws
   * TaskFailed, HostGone, HostStops and NotInPlan.
   */
  async steps(stops: readonly Stop[], behind: Route | undefined, frame: Frame = OUTERMOST): Promise<void> {
    for (const [index, stop] of stops.entries()) {
      const turn = this.#context.machines.breathe();
      if (turn !== undefined) await turn;
      this.#mayGoOn(stop.at, frame);
      if (!frame.alone) this.#batch.barrier?.reach(this.#host.name, stop.at);
      await this.#step(stop, { route: { stops, index, behind, play: undefined }, frame });
    }
  }

  /** Returns whether the effect of `error` on the other hosts is decided. */
  hasWeighed(error: unknown): boolean {
    return error !== undefined && error === this.#weighed;
  }

  /** A step whose change is made already is taken in any case. */
  #mayGoOn(at: number, frame: Frame): void {
    if (this.#context.together.covers(this.#host, at)) return;
    stopIfEnded(this.#batch, frame, at);
    if (this.#context.interrupted()) throw new HostStops('interrupted');
  }

  async #step(stop: Stop, way: Way): Promise<void> {
    await this.#guarded(stop, way.frame, () => this.#take(stop, way));
  }

  /** Runs `work`. A problem with a step that is not a task becomes a failure of the host at that step. */
  async #guarded(stop: Stop, frame: Frame, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const problem = userProblem(error);
      if (problem === undefined) throw error;
      const hush = hushOf(stop.step, this.#host.variables.scope(stop.step));
      const identity = identityOfStep(stop.step, isHandler(frame));
      const failed = failedStep(this.#context, this.#host, identity, hushedProblem(problem, hush));
      throw this.#weigh(failed, stop, frame, false);
    }
  }

  #before(stop: Stop, frame: Frame): BeforeStep {
    const mayGoOn = (): void => this.#mayGoOn(stop.at, frame);
    return { context: this.#context, batch: this.#batch, host: this.#host, stop, frame, mayGoOn };
  }

  /** Decides the effect of an error at a step on the other hosts. Returns the error to throw. */
  #weigh(error: unknown, { step }: Stop, frame: Frame, forAll: boolean): unknown {
    const known = error instanceof TaskFailed ? error : asHostGone(error);
    if (known === undefined) return error;
    weigh({ batch: this.#batch, host: this.#host, frame, step, error: known, forAll });
    this.#weighed = known;
    return known;
  }

  async #take(stop: Stop, way: Way): Promise<void> {
    const { step } = stop;
    const { frame } = way;
    if (!isHandler(frame) && this.#roles.isRepeated(step.role) === true) return;
    const isChosen = isHandler(frame) || isSelected(step.tags, this.#context.selection);
    const asks = isChosen && this.#context.stepping !== undefined;
    if (asks && (await isDeclined(this.#before(stop, frame), step))) return;
    switch (step.kind) {
      case 'task':
        return isChosen ? this.#task(stop, step, way) : undefined;
      case 'block':
        return this.#block(stop, step, way);
      case 'include':
        if (!isSelected(step.tags, this.#context.selection)) return;
        if (!isOnce(this.#batch, stop, step, this.#host)) return this.#include(stop, step, way);
        return this.#once(stop, frame, (shared) => {
          // The other hosts wait at the include meanwhile, so the steps in it must not wait for them.
          const alone: Way = { ...way, frame: { ...frame, alone: true, shared } };
          return this.#guarded(stop, frame, () => this.#include(stop, step, alone));
        });
      case 'meta':
        return isChosen ? this.#meta(stop, step, way) : undefined;
      default: {
        const never: never = step;
        throw new Error(`unknown step ${JSON.stringify(never)}`);
      }
    }
  }

  async #task(stop: Stop, task: Task, { route, frame }: Way): Promise<void> {
    const asks = this.#context.asking.has(task);
    const inStep = this.#batch.barrier !== undefined && !frame.alone;
    if (inStep && (asks || this.#isFatalBehind || mayStopAll(this.#batch, frame))) {
      await waitForHosts(this.#context, this.#batch, this.#host, stop.at);
      this.#mayGoOn(stop.at, frame);
    }
    this.#isFatalBehind = task.anyErrorsFatal !== undefined;
    try {
      const done = await this.#doTask(stop, this.#taskRun(stop, task, { route, frame }));
      if (!isHandler(frame)) this.#roles.note(task.role, done);
    } catch (error) {
      this.#context.together.forget(this.#host);
      if (error instanceof TaskFailed && !isHandler(frame)) this.#roles.note(task.role, 'done');
      throw this.#weigh(error, stop, frame, false);
    }
  }

  async #doTask(stop: Stop, run: TaskRun): Promise<StepDone> {
    if (!isOnce(this.#batch, stop, run.task, this.#host)) return await runTask(run);
    let done: StepDone = 'skipped';
    await this.#once(stop, run.frame, async (remembered) => {
      done = await runTask({ ...run, remembered });
    });
    return done;
  }

  #taskRun(stop: Stop, task: Task, { route, frame }: Way): TaskRun {
    const { variables } = this.#host;
    const asks = this.#context.asking.has(task) && this.#batch.barrier !== undefined;
    if (asks) variables.forgetScopes();
    return {
      context: this.#context,
      batch: this.#batch,
      host: this.#host,
      task,
      stop,
      route,
      frame,
      doubtful: frame.handler === 'perhaps' || (!isHandler(frame) && this.#roles.isRepeated(task.role) === 'unknown'),
      calls: [],
      remembered: new Map(),
      waited: new WaitedTime(),
      handlers: this.#handlers,
      isRepeated: (role) => this.#roles.isRepeated(role),
      // In its own turn, which all hosts have reached, a task does not see variables that another host has not set.
      scope: asks ? (over = []) => variables.scopeOfTurn(task, over) : (over = []) => variables.scope(task, over),
      mayGoOn: (at) => {
        this.#mayGoOn(at, frame);
      },
    };
  }

  /** Does a step once for all hosts. `work` resolves to the variables that the other hosts take over. */
  async #once(stop: Stop, frame: Frame, work: (shared: Brought) => Promise<void>): Promise<void> {
    const shared: Brought = new Map();
    try {
      await once({
        context: this.#context,
        batch: this.#batch,
        host: this.#host,
        stop,
        inStep: !frame.alone,
        mayGoOn: () => {
          this.#mayGoOn(stop.at, frame);
        },
        work: async () => {
          await work(shared);
          for (const [name, value] of shared) frame.shared?.set(name, value);
          return shared;
        },
      });
    } catch (error) {
      throw error instanceof TaskFailed ? this.#weigh(error, stop, frame, true) : error;
    }
  }

  async #block(stop: Stop, block: Block, { route, frame }: Way): Promise<void> {
    const most = block.throttle?.resolve(this.#host.variables.scope(block));
    const within: Frame = block.anyErrorsFatal === undefined ? frame : { ...frame, fatal: block };
    try {
      const throttle = typeof most === 'number' && most > 0 ? most : within.throttle;
      if (most === undefined || most === 0) await this.#inParts(stop, block, { route, frame: within });
      else
        await throttled({ context: this.#context, batch: this.#batch, stop, most }, async () => {
          // Hosts go one after another, so that no host begins after the first failure.
          this.#mayGoOn(Number.POSITIVE_INFINITY, frame);
          await this.#inParts(stop, block, { route, frame: { ...within, throttle, alone: true } });
        });
    } finally {
      this.#isFatalBehind ||= block.anyErrorsFatal !== undefined;
    }
  }

  async #inParts(stop: Stop, block: Block, { route, frame }: Way): Promise<void> {
    const before = this.#host.failures;
    const callsFailed = this.#host.called.failures;
    // Steps that tags leave out rescue nothing.
    const isRescued = isHandler(frame) ? block.rescue.length > 0 : hasSelected(block.rescue, this.#context.selection);
    let ended = await this.#part(stop.block, route, { ...frame, isRescued: frame.isRescued || isRescued });
    if (ended instanceof TaskFailed && isRescued) {
      const { task, problem } = ended;
      this.#host.variables.remember('failed_task', { name: task.name, msg: problem.what, result: task.result });
      const rescued = (): void => {
        this.#host.rescued(before);
        forgetOwed(this.#context, this.#host, this.#batch.play, this.#host.called.rescue(callsFailed));
      };
      ended = await this.#part(stop.rescue, route, frame).catch((error: unknown) => {
        if (isEndOnDemand(error)) rescued();
        throw error;
      });
      if (ended === undefined) rescued();
    }
    const [first, last] = [stop.always.at(0), stop.always.at(-1)];
    if (first !== undefined && last !== undefined)
      await this.steps(stop.always, route, { ...frame, always: { from: first.at, until: last.until } });
    if (ended !== undefined) throw ended;
  }

  /** Runs a part of a block. If an `always` follows, this resolves to the error that ended the part. */
  async #part(stops: readonly Stop[], route: Route, frame: Frame): Promise<unknown> {
    try {
      await this.steps(stops, route, frame);
      return undefined;
    } catch (error) {
      if (error instanceof TaskFailed || isSparedAlways(this.#batch, error)) return error;
      throw error;
    }
  }

  async #include(stop: Stop, step: Include, { route, frame }: Way): Promise<void> {
    const { variables } = this.#host;
    const plain = variables.scope(step);
    this.#isFatalBehind ||= step.ahead.endsPlay;
    if (isLoopInVain(step, plain)) return;
    const turns = step.loop === undefined ? [undefined] : turnsOf(step.loop, step, plain);
    const bare = { context: this.#context, host: this.#host, step, frame, at: stop.at };
    if (turns instanceof Unknown) {
      reportUnknown(bare, turns.because);
      return;
    }
    const width = (stop.until - stop.at) / Math.max(1, turns.length + 1);
    for (const [index, turn] of turns.entries()) {
      await pauseBetween(this.#context, { host: this.#host.name, scope: plain }, step.loop, index);
      const over = turn === undefined ? [] : [loopLayer(turn)];
      const scope = variables.scope(step, over);
      if (!holds(bare, scope)) continue;
      const name = (step.target.kind === 'tasks' ? step.target.file : step.target.role).render(scope);
      if (name instanceof Unknown) {
        reportUnknown(bare, name.because);
        continue;
      }
      if (typeof name !== 'string') throw wrongType('what to include', 'the name of a file or a role', step.place);
      const opened = await step.open(name, over);
      if (opened.handlers.length > 0) await this.collectOwed(route, opened.handlers);
      const within = { include: step, steps: opened.steps, handlers: this.#handlers, scope };
      leaveOpenWithin(this.#context.approval, this.#host.name, within);
      this.#included = admitIncluded(this.#included, opened.steps, { ...this.#before(stop, frame), place: step.place });
      const from = stop.at + width * (index + 0.5);
      const stops = this.#batch.tasks.add(`${stop.at} ${index}`, itinerary(opened.steps, from, from + width * 0.5));
      await this.steps(stops, route, frame);
    }
  }

  #isMeant({ at }: Stop, step: Meta, frame: Frame): boolean {
    return holds({ context: this.#context, host: this.#host, step, frame, at }, this.#host.variables.scope(step));
  }

  /** In lock-step one host decides for all whether the play ends. */
  async #endPlay(stop: Stop, step: Meta, frame: Frame): Promise<void> {
    const end = (): void => {
      if (!this.#isMeant(stop, step, frame)) return;
      abort(this.#batch, { kind: 'end_play' }, this.#host);
      throw new HostStops('end_play');
    };
    if (this.#batch.barrier === undefined || frame.alone) end();
    else await this.#once(stop, frame, async () => this.#guarded(stop, frame, async () => end()));
  }

  async #meta(stop: Stop, step: Meta, { route, frame }: Way): Promise<void> {
    if (step.action === 'end_play') return this.#endPlay(stop, step, frame);
    if (!this.#isMeant(stop, step, frame)) return;
    switch (step.action) {
      case 'flush_handlers':
        return this.flush('reached', { from: stop.at, until: stop.until }, route, frame);
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
   * Runs every handler that was called for, in the order of the playbook, and starts again from the first one if
   * handlers have called for others. A handler that an earlier run left owed waits until the play reaches a task that
   * may call for it, or until the end of the play (`all`): before that, its service may be only partly configured.
   */
  async flush(
    which: 'reached' | 'all',
    { from, until }: Span,
    route: Route | undefined,
    frame: Frame = OUTERMOST,
  ): Promise<void> {
    let begin = from + (until - from) / 4;
    const end = until - (until - from) / 4;
    while (await this.#handle(which, { from: begin, until: (begin + end) / 2 }, route, frame))
      begin = (begin + end) / 2;
  }

  /** Goes through the handlers once. Resolves to true if any of them has run. */
  async #handle(
    which: 'reached' | 'all',
    { from, until }: Span,
    route: Route | undefined,
    frame: Frame,
  ): Promise<boolean> {
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
      this.#mayGoOn(stop.at, frame);
      if (!frame.alone) this.#batch.barrier?.reach(this.#host.name, stop.at);
      const due = called.due(handler, which);
      if (due.length === 0) continue;
      if (await isHandlerDeclined(this.#before(stop, frame), handler)) continue;
      hasRun = true;
      const kind = due.some((call) => call.certain) ? 'notified' : 'perhaps';
      const handling: Frame = { ...frame, handler: kind, handling: handler.written };
      await called.answer(handler, due, () =>
        this.#step(stop, { route: { stops: [stop], index: 0, behind: route, play: undefined }, frame: handling }),
      );
      forgetOwed(this.#context, this.#host, this.#batch.play, called.pay(this.#handlers));
    }
    return hasRun;
  }

  /** Adds handlers of an include, if any, and calls again for those of the play that an earlier run left owed. */
  async collectOwed(route: Route | undefined, included: readonly Handler[] = []): Promise<void> {
    const before = this.#handlers;
    this.#handlers = withIncluded(before, included);
    if (included.length > 0 && this.#handlers === before) return;
    const { play } = this.#batch;
    await collectOwed({ context: this.#context, host: this.#host, play, handlers: this.#handlers, route });
  }
}
