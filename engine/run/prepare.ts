import { becoming } from './becoming.ts';
import type { Privilege } from '../connection/target.ts';
import { quote } from '../connection/quote.ts';
import type { Facts } from '../connection/facts.ts';
import type { Place } from '../errors/problem.ts';
import { Problem, Problems } from '../errors/problem.ts';
import { parseArguments } from '../modules/arguments.ts';
import type { AnyModule, Context } from '../modules/module.ts';
import type { Settings, Task } from '../playbook/play.ts';
import type { Compiled } from '../values/compiled.ts';
import { explain } from '../values/explain.ts';
import { Secret } from '../values/secret.ts';
import type { Scope, Value } from '../values/value.ts';
import { Unknown, isMap } from '../values/value.ts';
import type { RunContext } from './context.ts';
import type { ControllerTask } from './controller-tasks.ts';
import { ToCome } from './controller-files.ts';
import { isNoLog } from './no-log.ts';
import { wrongType } from './wrong-type.ts';

/** A task for one host and one loop item, with everything resolved that does not need the host. */
export interface Prepared {
  readonly module: AnyModule;
  readonly args: unknown;
  readonly loaded: unknown;
  readonly privilege: Privilege;
  /** The host that it is done on, where that is another one. */
  readonly delegate: string | undefined;
  readonly preamble: string;
  readonly timeoutMs: number | undefined;
  readonly noLog: boolean;
  /** False once a file of the controller that went into it has been written to. */
  isCurrent(): boolean;
}

export type Preparing = { readonly kind: 'ready'; readonly prepared: Prepared } | { readonly kind: 'unknown'; readonly because: string };

/** Throws Problem or Problems for whatever is wrong with the task's arguments under these variables. */
export async function prepare(context: RunContext, task: Task, scope: Scope): Promise<Preparing> {
  const module = await context.module(task.module);
  const noLog = isNoLog(task, scope);
  const resolved: Record<string, Value> = {};
  for (const [name, argument] of task.arguments) resolved[name] = argument.value.resolve(scope);
  if (task.asserts !== undefined) {
    const that: Value[] = [];
    for (const expression of task.asserts) {
      const holds = expression.test(scope);
      if (holds instanceof Unknown) return { kind: 'unknown', because: holds.because };
      that.push({ expression: expression.source, holds, values: holds || noLog ? [] : explain(expression, scope) });
    }
    resolved['that'] = that;
  }
  const placeOf = placesOf(task);
  const parsed = parseArguments(module, resolved, placeOf);
  if (parsed.kind === 'unknown') return parsed;
  if (parsed.kind === 'problems') throw new Problems(parsed.problems);
  const settings = resolveSettings(task.settings, task.place, scope);
  if (settings.kind === 'unknown') return settings;
  const delegate = task.delegateTo?.render(scope);
  if (delegate instanceof Unknown) return { kind: 'unknown', because: delegate.because };
  if (delegate !== undefined && typeof delegate !== 'string') throw wrongType('delegate_to', 'the name of a host', task.place);
  const controller = module.load === undefined ? undefined : context.files.as(task.searchPath, scope, (argument) => placeOf([argument]));
  try {
    const loaded = controller === undefined ? undefined : await module.load?.(parsed.args, controller);
    return {
      kind: 'ready',
      prepared: {
        module,
        args: parsed.args,
        loaded,
        delegate,
        noLog,
        isCurrent: () => controller?.isCurrent() ?? true,
        ...settings.settings,
      },
    };
  } catch (error) {
    if (error instanceof ToCome) return { kind: 'unknown', because: error.because };
    throw error;
  }
}

/** What it wants of the controller, where it is done there. */
export function onController(task: Task, { args, privilege, preamble }: Pick<Prepared, 'args' | 'privilege' | 'preamble'>): ControllerTask {
  return { module: task.module, place: task.place, args, becomes: privilege.kind === 'become', hasEnvironment: preamble !== '' };
}

/** What is not known of its arguments, or of what was made of them. Only a plan can do with that. */
export function unknownIn({ args, loaded }: Prepared): Unknown | undefined {
  return firstUnknown(args) ?? firstUnknown(loaded);
}

function firstUnknown(given: unknown): Unknown | undefined {
  if (given instanceof Unknown) return given;
  if (typeof given !== 'object' || given === null || Buffer.isBuffer(given)) return undefined;
  return Object.values(given).find((one) => one instanceof Unknown);
}

export function placesOf(task: Task): (path: readonly (string | number)[]) => Place {
  return (path) => {
    const [name, ...rest] = path;
    const argument = typeof name === 'string' ? task.arguments.get(name) : undefined;
    if (argument === undefined) return task.place;
    return rest.length === 0 ? argument.value.place : argument.value.placeOf(rest);
  };
}

export function moduleContext(context: RunContext, task: Task, host: string, prepared: Prepared, facts: Facts, user: string): Context {
  const { now, runId, vault } = context;
  return { host, facts, now, user, runId, preamble: prepared.preamble, vault, placeOf: placesOf(task) };
}

interface Resolved {
  readonly privilege: Privilege;
  readonly preamble: string;
  readonly timeoutMs: number | undefined;
}

type Resolving = { readonly kind: 'ready'; readonly settings: Resolved } | { readonly kind: 'unknown'; readonly because: string };

export function resolveSettings(settings: Settings, place: Place, scope: Scope): Resolving {
  const become = settings.become?.resolve(scope) ?? scope.lookup('ansible_become') ?? false;
  if (become instanceof Unknown) return { kind: 'unknown', because: become.because };
  if (typeof become !== 'boolean') throw wrongType('become', 'true or false', settings.become?.place ?? place);
  const user = settings.becomeUser?.resolve(scope) ?? scope.lookup('ansible_become_user') ?? 'root';
  if (user instanceof Unknown) return { kind: 'unknown', because: user.because };
  if (typeof user !== 'string') throw wrongType('become_user', 'the name of a user', settings.becomeUser?.place ?? place);
  const seconds = settings.timeoutSeconds?.resolve(scope);
  if (seconds instanceof Unknown) return { kind: 'unknown', because: seconds.because };
  if (seconds !== undefined && (typeof seconds !== 'number' || seconds < 0)) {
    throw wrongType('timeout', 'a number of seconds', settings.timeoutSeconds?.place ?? place);
  }
  const environment = exports(settings.environment, scope);
  if (environment instanceof Unknown) return { kind: 'unknown', because: environment.because };
  return {
    kind: 'ready',
    settings: {
      privilege: become ? becoming(user, settings.becomeMethod, scope, place) : { kind: 'login' },
      preamble: environment,
      timeoutMs: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
    },
  };
}

/** Some shells end where these are set, and with another IFS they part words elsewhere. */
const OF_THE_SHELL: ReadonlySet<string> = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'IFS', 'OPTIND', 'PPID', 'SHELLOPTS', 'UID']);

/** Shell text that sets the task's environment. Outer levels first, so that inner ones win. */
function exports(levels: readonly Compiled[], scope: Scope): string | Unknown {
  const lines: string[] = [];
  for (const level of levels) {
    const values = level.resolve(scope);
    if (values instanceof Unknown) return values;
    if (!isMap(values)) throw wrongType('environment', 'a map of names and values', level.place);
    for (const [name, value] of Object.entries(values)) {
      if (value instanceof Unknown) return value;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw wrongType(`environment: ${name}`, 'a name of letters, digits and underscores', level.placeOf([name]));
      if (OF_THE_SHELL.has(name)) {
        throw new Problem({
          code: 'variable-of-the-shell',
          what: `environment: ${name} cannot be set`,
          place: level.placeOf([name]),
          why: 'The shell keeps this variable for itself: no program that it starts would see it.',
          remedy: 'Leave it out.',
        });
      }
      const text = value instanceof Secret ? value.reveal() : typeof value === 'object' ? undefined : String(value);
      if (text === undefined) throw wrongType(`environment: ${name}`, 'a text, a number or a boolean', level.placeOf([name]));
      lines.push(`export ${name}=${quote(text)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}
