import { isIPv4 } from 'node:net';
import { breathe } from '../connection/breath.ts';
import { Problem, Problems } from '../errors/problem.ts';
import type { Include, Role, RoleArgument, Step, Task } from '../playbook/play.ts';
import { resultsOf } from '../playbook/brings.ts';
import { isSelected, walkSteps } from '../playbook/select-tasks.ts';
import { NO_SETTINGS } from '../playbook/settings.ts';
import type { Scope, Value } from '../values/value.ts';
import { Unknown, isList, isMap } from '../values/value.ts';
import { Secret } from '../values/secret.ts';
import { all } from './conditions.ts';
import type { RunContext } from './context.ts';
import { MissingFile } from './controller-files.ts';
import { permitConnection } from './controller-connections.ts';
import { permitTask } from './controller-tasks.ts';
import { FilesToCome, anyItem, isController, isOnController } from './files-to-come.ts';
import { isLoopInVain, loopLayer, turnsOf } from './loop.ts';
import type { HostState } from './host-state.ts';
import { hushOf, hushedAhead } from './no-log.ts';
import type { PlannedPlay } from './play-run.ts';
import { onController } from './prepare.ts';
import { unsupportedSetting } from './target-settings.ts';
import { pendingLayer } from './variables.ts';

/** So many pairs of host and task are tried out one by one; beyond that, one host for each different set of groups. */
const PAIRS = 20_000;

/**
 * Finds what is wrong with the tasks under the variables of their hosts before the first connection: missing variables,
 * arguments of the wrong type, missing files, broken templates. What only the run can tell (facts, results) is unknown here
 * and passed over. Throws Problems with all of them, each once.
 */
export async function preflight(context: RunContext, plays: readonly PlannedPlay[]): Promise<void> {
  const found = new Map<string, Problem>();
  const add = (problem: Problem): void => {
    const key = `${problem.code}|${problem.what}|${JSON.stringify(problem.place)}`;
    if (!found.has(key)) found.set(key, problem);
  };
  for (const planned of plays) expectResults(context, planned);
  const toCome = new FilesToCome();
  const pendingOf = new Map<HostState, Map<string, Value>>();
  /** Hosts that an include whose name is not known yet may have brought any variable. */
  const open = new Set<HostState>();
  for (const planned of plays) {
    const steps = stepsOf(planned);
    const rescues = planned.play.sections.some(({ steps: all }) =>
      [...walkSteps(all)].some((step) => step.kind === 'block' && step.rescue.length > 0),
    );
    const everyHost = planned.hosts.length * steps.length <= PAIRS;
    const hosts = everyHost ? planned.hosts : oneForEachGroups(planned.hosts);
    const names = planned.hosts.map((host) => host.name);
    const scope = { play: planned.play, layers: planned.layers, hosts: names };
    for (const host of hosts) {
      host.variables.enter(scope);
      const unsupported = unsupportedSetting(host.name, host.variables.scope(undefined));
      if (unsupported !== undefined) add(unsupported);
      attempt(() => permitConnection(host.name, host.variables.scope(undefined), context.access), add);
      for (const role of planned.play.roles) checkRole(role, host, add);
      const pending = pendingOf.get(host) ?? new Map<string, Value>();
      pendingOf.set(host, pending);
      if (rescues) pending.set('failed_task', new Unknown('a failure'));
      const addUnlessBrought = (problem: Problem): void => {
        if (!open.has(host) || problem.code !== 'undefined-variable') add(problem);
      };
      for (const step of steps) {
        if (!isSelected(step.tags, context.selection)) continue;
        await breathe();
        const names = step.kind === 'task' ? resultsOf(step) : step.ahead.results;
        if (step.kind === 'task') await tryTask(context, host, step, pending, toCome, addUnlessBrought);
        else {
          const { isWhole, delegates } = step.ahead;
          if (!isWhole) open.add(host);
          if (!isWhole || delegates || isController(host.name, host.variables.scope(step))) toCome.noteAnything();
        }
        for (const name of names) pending.set(name, new Unknown(`the ${step.kind} at ${step.id}`));
      }
    }
  }
  const [first, ...rest] = found.values();
  if (first !== undefined) throw new Problems([first, ...rest]);
}

function attempt(check: () => void, add: (problem: Problem) => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    add(error);
  }
}

function expectResults(context: RunContext, planned: PlannedPlay): void {
  for (const step of stepsOf(planned)) {
    if (!isSelected(step.tags, context.selection)) continue;
    for (const name of step.kind === 'task' ? resultsOf(step) : step.ahead.results)
      for (const host of planned.hosts) host.variables.expect(name, new Unknown(`the ${step.kind} at ${step.id}`));
  }
}

async function tryTask(
  context: RunContext,
  host: HostState,
  task: Task,
  pending: ReadonlyMap<string, Value>,
  toCome: FilesToCome,
  tell: (problem: Problem) => void,
): Promise<void> {
  const over = pending.size === 0 ? [] : [pendingLayer(new Map(pending))];
  const plain = host.variables.scope(task, over);
  let hush = hushOf(task, plain);
  const add = (problem: Problem): void => tell(hushedAhead(problem, task.id, hush));
  try {
    if (isLoopInVain(task, plain)) return;
    const turns = task.loop === undefined ? [undefined] : turnsOf(task.loop, task, plain);
    if (turns instanceof Unknown) {
      if (task.loop !== undefined && isOnController(task, host.name, plain, context.hosts))
        notePerhaps(toCome, task, host.variables.scope(task, [...over, anyItem(task.loop)]));
      return;
    }
    for (const turn of turns) {
      const scope = turn === undefined ? plain : host.variables.scope(task, [...over, loopLayer(turn)]);
      if (turn !== undefined) hush = hushOf(task, scope);
      const runs = all(task.when, scope);
      const isHere = runs !== false && isOnController(task, host.name, scope, context.hosts);
      if (runs instanceof Unknown && isHere) notePerhaps(toCome, task, scope);
      if (runs !== true) continue;
      const preparing = await context.prepared.prepareAhead(context, { host, task, item: turn?.item }, scope);
      if (!isHere) continue;
      toCome.note(task, preparing);
      permitTask(onController(task, preparing.kind === 'ready' ? preparing.prepared : NOTHING_KNOWN), context.access);
    }
  } catch (error) {
    if (error instanceof Problems) error.problems.forEach(add);
    else if (error instanceof MissingFile && toCome.mayBring(error)) return;
    else if (error instanceof Problem) add(error);
    else throw error;
  }
}

const NOTHING_KNOWN = { args: undefined, privilege: { kind: 'login' }, preamble: '' } as const;

/** What is wrong with a task that may not run is told in its turn. */
function notePerhaps(toCome: FilesToCome, task: Task, scope: Scope): void {
  try {
    toCome.notePerhaps(task, scope);
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error;
    toCome.noteAnything();
  }
}

/** Tasks and includes in the order of the play, what rescues too. */
function stepsOf({ play }: PlannedPlay): readonly (Task | Include)[] {
  const steps: Step[] = [...play.sections.flatMap((section) => section.steps), ...play.handlers.map((handler) => handler.step)];
  return [...walkSteps(steps)].filter((step) => step.kind === 'task' || step.kind === 'include');
}

function oneForEachGroups(hosts: readonly HostState[]): readonly HostState[] {
  const chosen = new Map<string, HostState>();
  for (const host of hosts) {
    const key = host.host.groups.join(' ');
    if (!chosen.has(key)) chosen.set(key, host);
  }
  return [...chosen.values()];
}

function checkRole(role: Role, host: HostState, add: (problem: Problem) => void): void {
  const frame = { id: role.name, place: role.place, when: [], tags: role.tags, layers: [], settings: NO_SETTINGS, role, searchPath: [] };
  const scope: Scope = host.variables.scope(frame);
  for (const argument of role.arguments) {
    try {
      const value = scope.lookup(argument.name);
      const wrong = value === undefined ? missing(argument) : mismatch(argument, value);
      if (wrong === undefined) continue;
      add(
        new Problem({
          code: value === undefined ? 'missing-role-argument' : 'wrong-role-argument',
          what: `role ${role.name}: ${argument.name} ${wrong}`,
          place: role.place,
          why: argument.description === '' ? `On ${host.name}.` : `${argument.description} On ${host.name}.`,
          remedy: `See ${argument.place.file}:${argument.place.line}; set it in group_vars, or where the role is used.`,
        }),
      );
    } catch (error) {
      if (error instanceof Problem) add(error);
      else throw error;
    }
  }
}

function missing(argument: RoleArgument): string | undefined {
  return argument.required ? 'is not set' : undefined;
}

function mismatch(argument: RoleArgument, value: Value): string | undefined {
  if (value instanceof Unknown || value === null) return undefined;
  if (!isOfType(argument.type, value)) return `must be ${withArticle(TYPE_NAMES[argument.type])}, not ${typeName(value)}`;
  if (isList(value)) {
    const wrong = value.find((one) => !(one instanceof Unknown) && !isOfType(argument.elements, one));
    if (wrong !== undefined) return `must be a list of ${TYPE_NAMES[argument.elements]}s, but one of them is ${typeName(wrong)}`;
  }
  if (argument.choices.length > 0 && !(value instanceof Secret) && !argument.choices.some((choice) => choice === value)) {
    return `must be one of ${argument.choices.join(', ')}`;
  }
  return undefined;
}

function isOfType(type: RoleArgument['type'], value: Value): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return typeof value === 'string' || value instanceof Secret;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return isList(value);
    case 'map':
      return isMap(value);
    case 'ipv4':
      return typeof value === 'string' && isIPv4(value);
    case 'ipv4_network':
      return typeof value === 'string' && isIpv4Network(value);
    default: {
      const never: never = type;
      throw new Error(`unknown type ${String(never)}`);
    }
  }
}

const TYPE_NAMES: Readonly<Record<RoleArgument['type'], string>> = {
  any: 'value',
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  list: 'list',
  map: 'map',
  ipv4: 'IPv4 address',
  ipv4_network: 'IPv4 network such as 10.96.0.0/16',
};

function isIpv4Network(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  return isIPv4(address) && more.length === 0 && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32;
}

function typeName(value: Value): string {
  if (value instanceof Secret) return 'a secret text';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

function withArticle(type: string): string {
  return /^[aeiouI]/.test(type) ? `an ${type}` : `a ${type}`;
}
