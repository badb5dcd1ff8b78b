import { Problem, Problems } from '../../errors/problem.ts';
import { resultsOf } from '../../playbook/base/brings.ts';
import type { Include, Role, Task } from '../../playbook/base/play.ts';
import { regroupsOf } from '../../playbook/base/regrouping.ts';
import { isSelected, stepsOf, walkSteps } from '../../playbook/base/select-tasks.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import type { Compiled } from '../../values/compiled.ts';
import type { Layer } from '../../values/scope.ts';
import { all } from '../base/conditions.ts';
import { type LoopTurn, isLoopInVain, loopLayer, turnsOf } from '../base/loop.ts';
import { type Hush, hushOf, hushedAhead } from '../base/no-log.ts';
import type { PlannedPlay, RunContext } from '../context/context.ts';
import { permitConnection } from '../controller/controller-connections.ts';
import { MissingFile } from '../controller/controller-problems.ts';
import { permitTask } from '../controller/controller-tasks.ts';
import type { HostState } from '../host/host-state.ts';
import { pendingLayer } from '../host/variables.ts';
import { connectionFault } from '../machine/connection-arguments.ts';
import { isController } from '../machine/connection-kind.ts';
import { WrongConnectionValue } from '../machine/connection-values.ts';
import { onController } from '../preparation/prepare.ts';
import { checkRole } from './check-role.ts';
import { FilesToCome, anyItem, isOnController } from './files-to-come.ts';
import { type IncludedAhead, addIncluded, includedAhead, isInclude, possibly } from './included-ahead.ts';
import { tryVerdicts } from './judged-ahead.ts';
import { withRoleOfVariable } from './role-of-variable.ts';

/**
 * Maximal number of pairs of host and task that are checked. Beyond it, one host for each different set of groups is
 * checked.
 */
const PAIRS = 20_000;

/**
 * Checks the tasks with the variables of their hosts before the first connection: missing variables, arguments of the
 * wrong type, missing files, broken templates. Values that only the run brings (facts, results) are unknown, and what
 * depends on them is skipped. Throws Problems with all mistakes, each once.
 */
export async function preflight(context: RunContext, plays: readonly PlannedPlay[]): Promise<void> {
  const trial = new Trial(context, plays);
  for (const planned of plays) await expectResults(context, planned);
  for (const planned of plays) await trial.play(planned);
  const [first, ...rest] = trial.problems;
  if (first !== undefined) throw new Problems([first, ...rest]);
}

async function expectResults(context: RunContext, planned: PlannedPlay): Promise<void> {
  for (const step of checkedSteps(planned)) {
    if (!isSelected(step.tags, context.selection)) continue;
    const includes = step.kind === 'include' ? step.ahead.includes : isInclude(step) ? [step] : [];
    for (const task of includes) {
      const because = unknownOf(task);
      const { variables } = await possibly(context, task, because);
      for (const name of variables.keys()) for (const host of planned.hosts) host.variables.expect(name, because);
    }
    // Any host may be the one of delegate_facts.
    const hosts = delegatesFacts(step) ? context.hosts.values() : planned.hosts;
    for (const host of hosts) for (const name of namesBroughtBy(step)) host.variables.expect(name, unknownOf(step));
  }
}

function unknownOf(step: Task | Include): Unknown {
  return new Unknown(`the ${step.kind} at ${step.id}`);
}

/** Checks tasks without connecting to a host. */
class Trial {
  readonly #context: RunContext;
  readonly #found = new Map<string, Problem>();
  readonly #toCome = new FilesToCome();
  readonly #pendingOf = new Map<HostState, Map<string, Compiled | Value>>();
  /** Hosts for which an include with an unknown name may have set any variable. */
  readonly #open = new Set<HostState>();
  /** The roles of the play that is being tried, also those that it includes. */
  #roles: readonly Role[] = [];
  /** True if a task of the run may add the host that `delegate_to` names. */
  readonly #mayAddHosts: boolean;

  constructor(context: RunContext, plays: readonly PlannedPlay[]) {
    this.#context = context;
    this.#mayAddHosts = plays.some(
      (planned) =>
        regroupsOf(planned.play).some(({ hosts }) => hosts) ||
        checkedSteps(planned).some((step) => step.kind === 'include' && !step.ahead.isWhole),
    );
  }

  get problems(): readonly Problem[] {
    return [...this.#found.values()];
  }

  async play(planned: PlannedPlay): Promise<void> {
    const steps = checkedSteps(planned);
    this.#roles = [
      ...planned.play.roles,
      ...steps.flatMap((step) => (step.kind === 'include' ? step.ahead.roles : [])),
    ];
    const everyHost = planned.hosts.length * steps.length <= PAIRS;
    const hosts = everyHost ? planned.hosts : oneForEachGroups(planned.hosts);
    const names = planned.hosts.map((host) => host.name);
    const own = steps.flatMap((step) =>
      [...namesBroughtBy(step)].map((name): [string, Value] => [name, unknownOf(step)]),
    );
    for (const host of hosts) {
      const { play, layers, slice } = planned;
      host.variables.enter({ play, layers, hosts: names, all: names, slice });
      this.#connection(host);
      const results = [pendingLayer(new Map([...this.#pending(host), ...own]))];
      for (const role of planned.play.roles) checkRole(role, host, results, (problem) => this.#add(problem));
      if (hasRescue(planned)) this.#pending(host).set('failed_task', new Unknown('a failure'));
      for (const step of steps) if (isSelected(step.tags, this.#context.selection)) await this.#step(host, step);
    }
  }

  #connection(host: HostState): void {
    const scope = host.variables.scope(undefined);
    const fault = isController(host.name, scope) ? undefined : connectionFault(host.name, scope);
    if (fault instanceof WrongConnectionValue) {
      const { code, what, why, remedy } = fault;
      this.#add(new Problem({ code, what, place: scope.explain(fault.variable)[0]?.place, why, remedy }));
    } else if (fault !== undefined) this.#add(fault);
    try {
      permitConnection(host.name, scope, this.#context.access);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#add(error);
    }
  }

  async #step(host: HostState, step: Task | Include): Promise<void> {
    const turn = this.#context.machines.breathe();
    if (turn !== undefined) await turn;
    if (step.kind === 'task') await this.#task(host, step);
    else {
      const { isWhole, delegates } = step.ahead;
      if (!isWhole) {
        await this.#include(host, step);
        this.#open.add(host);
      }
      if (!isWhole || delegates || isController(host.name, host.variables.scope(step))) this.#toCome.noteAnything();
    }
    const receivers = delegatesFacts(step) ? this.#context.hosts.values() : [host];
    for (const receiver of receivers)
      for (const name of namesBroughtBy(step)) this.#pending(receiver).set(name, unknownOf(step));
    if (step.kind === 'include')
      for (const task of step.ahead.includes) this.#note(host, await possibly(this.#context, task, unknownOf(task)));
  }

  /** Records the variables that a task of include_vars brings. */
  #note(host: HostState, included: IncludedAhead): void {
    addIncluded(this.#pending(host), included);
    if (!included.isWhole) this.#open.add(host);
  }

  /** Checks an include whose name has only known variables: its file must exist. */
  async #include(host: HostState, include: Include): Promise<void> {
    const { target, when, loop } = include;
    if (loop !== undefined) return;
    const over = [pendingLayer(new Map(this.#pending(host)))];
    const scope = host.variables.scope(include, over);
    try {
      if (all(when, scope) !== true) return;
      const name = (target.kind === 'tasks' ? target.file : target.role).render(scope);
      if (typeof name === 'string') await include.open(name, []);
    } catch (error) {
      this.#each(error, (problem) => this.#addUnless(host, problem));
    }
  }

  async #task(host: HostState, task: Task): Promise<void> {
    const pending = this.#pending(host);
    const over = pending.size === 0 ? [] : [pendingLayer(new Map(pending))];
    const plain = host.variables.scope(task, over);
    const tried: Tried = { host, task, over, hush: hushOf(task, plain) };
    try {
      if (isLoopInVain(task, plain)) return;
      const turns = task.loop === undefined ? [undefined] : turnsOf(task.loop, task, plain);
      if (turns instanceof Unknown) {
        if (isInclude(task)) this.#note(host, await possibly(this.#context, task, turns));
        this.#toCome.noteBrought(task, undefined);
        if (task.loop === undefined) return;
        const scope = host.variables.scope(task, [...over, anyItem(task.loop)]);
        if (isOnController(task, host.name, scope, this.#context.hosts)) notePerhaps(this.#toCome, task, scope);
        return;
      }
      for (const turn of turns) await this.#turn(tried, turn, turn === undefined ? plain : undefined);
    } catch (error) {
      this.#tell(tried, error);
    }
  }

  async #turn(tried: Tried, turn: LoopTurn | undefined, plain: Scope | undefined): Promise<void> {
    const { host, task, over } = tried;
    const layers = turn === undefined ? over : [...over, loopLayer(turn)];
    const scope = plain ?? host.variables.scope(task, layers);
    if (turn !== undefined) tried.hush = hushOf(task, scope);
    const runs = all(task.when, scope);
    if (isInclude(task)) {
      const asked = { context: this.#context, host, task, item: turn?.item, runs };
      this.#note(host, await includedAhead(asked, scope));
    }
    const isHere = runs !== false && isOnController(task, host.name, scope, this.#context.hosts);
    if (runs instanceof Unknown && isHere) notePerhaps(this.#toCome, task, scope);
    if (runs instanceof Unknown) this.#toCome.noteBrought(task, undefined);
    if (runs !== true) return;
    const preparing = await this.#context.prepared.prepareAhead(this.#context, { host, task, item: turn?.item }, scope);
    tryVerdicts(task, (result) => host.variables.scope(task, [...layers, result]));
    this.#toCome.noteBrought(task, preparing);
    if (!isHere) return;
    this.#toCome.note(task, preparing);
    permitTask(
      onController(task, preparing.kind === 'ready' ? preparing.prepared : NOTHING_KNOWN),
      this.#context.access,
    );
  }

  #tell({ host, task, hush }: Tried, error: unknown): void {
    if (error instanceof MissingFile && this.#toCome.mayBring(error)) return;
    if (this.#mayAddHosts && error instanceof Problem && error.code === 'no-such-host') return;
    const told = (problem: Problem): Problem => withRoleOfVariable(problem, task.role, this.#roles);
    this.#each(error, (problem) => this.#addUnless(host, hushedAhead(told(problem), task.id, hush)));
  }

  /** Adds the problems in an error. Other errors are thrown again. */
  #each(error: unknown, add: (problem: Problem) => void): void {
    if (error instanceof Problems) error.problems.forEach(add);
    else if (error instanceof Problem) add(error);
    else throw error;
  }

  /** Adds a problem, unless it is about a variable that an include may have set. */
  #addUnless(host: HostState, problem: Problem): void {
    if (!this.#open.has(host) || problem.code !== 'undefined-variable') this.#add(problem);
  }

  #add(problem: Problem): void {
    const key = `${problem.code}|${problem.what}|${JSON.stringify(problem.place)}`;
    if (!this.#found.has(key)) this.#found.set(key, problem);
  }

  #pending(host: HostState): Map<string, Compiled | Value> {
    let pending = this.#pendingOf.get(host);
    if (pending === undefined) this.#pendingOf.set(host, (pending = new Map()));
    return pending;
  }
}

interface Tried {
  readonly host: HostState;
  readonly task: Task;
  readonly over: readonly Layer[];
  /** The setting of no_log for the loop item that is being checked. */
  hush: Hush;
}

function namesBroughtBy(step: Task | Include): Iterable<string> {
  return step.kind === 'task' ? resultsOf(step) : step.ahead.results;
}

/** Returns whether another host may get the variables that the step sets. */
function delegatesFacts(step: Task | Include): boolean {
  return step.kind === 'include'
    ? step.ahead.delegates
    : (step.delegateFacts?.literal ?? true) !== false && step.delegateFacts !== undefined;
}

function hasRescue({ play }: PlannedPlay): boolean {
  return play.sections.some(({ steps }) =>
    [...walkSteps(steps)].some((step) => step.kind === 'block' && step.rescue.length > 0),
  );
}

const NOTHING_KNOWN = { args: undefined, privilege: { kind: 'login' }, preamble: '' } as const;

/** Records the files of a task that may not run. Its mistakes are reported in its turn. */
function notePerhaps(toCome: FilesToCome, task: Task, scope: Scope): void {
  try {
    toCome.notePerhaps(task, scope);
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error;
    toCome.noteAnything();
  }
}

/** Returns tasks and includes in the order of the play, including those of rescues. */
function checkedSteps({ play }: PlannedPlay): readonly (Task | Include)[] {
  return [...walkSteps(stepsOf(play))].filter((step) => step.kind === 'task' || step.kind === 'include');
}

function oneForEachGroups(hosts: readonly HostState[]): readonly HostState[] {
  const chosen = new Map<string, HostState>();
  for (const host of hosts) {
    const key = host.host.groups.join(' ');
    if (!chosen.has(key)) chosen.set(key, host);
  }
  return [...chosen.values()];
}
