import type { Privilege } from '../../connection/base/target.ts';
import { type Place, Problems } from '../../errors/problem.ts';
import type { AnyModule, Context } from '../../modules/base/module.ts';
import { parseArguments } from '../../modules/base/parse-arguments.ts';
import type { Task } from '../../playbook/base/play.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import { resolveWritten } from '../../values/compiled.ts';
import { explain } from '../../values/expression/explain.ts';
import type { Vault } from '../../vault/vault.ts';
import { isNoLog } from '../base/no-log.ts';
import type { ControllerFiles } from '../controller/controller-files.ts';
import { ToCome } from '../controller/controller-problems.ts';
import type { ControllerTask } from '../controller/controller-tasks.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machine } from '../machine/machine.ts';
import { delegateOf } from './delegate-of.ts';
import { resolveSettings } from './step-settings.ts';

/** The parts of a run that preparing a task needs. */
export interface PreparingRun {
  readonly now: Date;
  readonly runId: string;
  readonly vault: Vault;
  readonly files: ControllerFiles;
  readonly hosts: ReadonlyMap<string, HostState>;
  module(name: string): Promise<AnyModule>;
}

/** A task for one host and one loop item, with everything resolved that does not need the host. */
export interface Prepared {
  readonly module: AnyModule;
  readonly args: unknown;
  readonly loaded: unknown;
  readonly privilege: Privilege;
  /** The host that it runs on, if it is delegated. */
  readonly delegate: string | undefined;
  readonly preamble: string;
  readonly timeoutMs: number | undefined;
  /** True if the task only says what it would change. */
  readonly neverChanges: boolean;
  readonly noLog: boolean;
  /** Returns false after a file of the controller that it depends on has been changed. */
  isCurrent(): boolean;
}

export type Preparing =
  | { readonly kind: 'ready'; readonly prepared: Prepared }
  | { readonly kind: 'unknown'; readonly because: string };

/**
 * Computes the arguments of a task from the variables in `scope`. Returns the reason if a plan does not know a variable.
 * If an argument is wrong, throws Problem for one mistake, Problems for several.
 */
export async function prepare(context: PreparingRun, task: Task, scope: Scope): Promise<Preparing> {
  const module = await context.module(task.module);
  const noLog = isNoLog(task, scope);
  const resolved: Record<string, Value> = {};
  for (const [name, argument] of task.arguments) {
    const value = resolveWritten(argument.value, scope);
    if (value !== undefined) resolved[name] = value;
  }
  const that = assertions(task, scope, noLog);
  if (that instanceof Unknown) return { kind: 'unknown', because: that.because };
  if (that !== undefined) resolved['that'] = that;
  const parsed = parseArguments(module, resolved, placesOf(task));
  if (parsed.kind === 'unknown') return parsed;
  if (parsed.kind === 'problems') throw new Problems(parsed.problems);
  const settings = resolveSettings(task.settings, task.place, scope);
  if (settings.kind === 'unknown') return settings;
  const delegate = delegateOf(task, scope, context.hosts);
  if (delegate instanceof Unknown) return { kind: 'unknown', because: delegate.because };
  const loading = await load(context, task, scope, { module, args: parsed.args });
  if (loading.kind === 'unknown') return loading;
  const { loaded, isCurrent } = loading;
  return {
    kind: 'ready',
    prepared: { module, args: parsed.args, loaded, delegate, noLog, isCurrent, ...settings.settings },
  };
}

/** Evaluates the expressions of `assert`, and explains the false ones by their values. */
function assertions(task: Task, scope: Scope, noLog: boolean): readonly Value[] | Unknown | undefined {
  if (task.asserts === undefined) return undefined;
  const that: Value[] = [];
  for (const expression of task.asserts) {
    const holds = expression.test(scope);
    if (holds instanceof Unknown) return holds;
    that.push({ expression: expression.source, holds, values: holds || noLog ? [] : explain(expression, scope) });
  }
  return that;
}

type Loading =
  | { readonly kind: 'loaded'; readonly loaded: unknown; readonly isCurrent: () => boolean }
  | { readonly kind: 'unknown'; readonly because: string };

/** Lets the module load files of the controller. */
async function load(
  context: PreparingRun,
  task: Task,
  scope: Scope,
  { module, args }: Pick<Prepared, 'module' | 'args'>,
): Promise<Loading> {
  if (module.load === undefined) return { kind: 'loaded', loaded: undefined, isCurrent: () => true };
  const placeOf = placesOf(task);
  const controller = context.files.as(task.searchPath, scope, (argument) => placeOf([argument]));
  try {
    return { kind: 'loaded', loaded: await module.load(args, controller), isCurrent: () => controller.isCurrent() };
  } catch (error) {
    if (error instanceof ToCome) return { kind: 'unknown', because: error.because };
    throw error;
  }
}

/** Returns the permissions that the task needs if it runs on the controller. */
export function onController(
  task: Task,
  { args, privilege, preamble }: Pick<Prepared, 'args' | 'privilege' | 'preamble'>,
): ControllerTask {
  return {
    module: task.module,
    place: task.place,
    args,
    becomes: privilege.kind === 'become',
    hasEnvironment: preamble !== '',
  };
}

/** Returns the unknown value in its arguments, or in what was loaded. Only a plan can continue with it. */
export function unknownIn({ args, loaded }: Prepared): Unknown | undefined {
  return firstUnknown(args) ?? firstUnknown(loaded);
}

function firstUnknown(given: unknown): Unknown | undefined {
  if (given instanceof Unknown) return given;
  if (typeof given !== 'object' || given === null || Buffer.isBuffer(given)) return undefined;
  return Object.values(given).find((one) => one instanceof Unknown);
}

/**
 * Returns a function that finds the place of an argument, or of a value within it; the place of the task if it is not
 * written.
 */
export function placesOf(task: Task): (path: readonly (string | number)[]) => Place {
  return (path) => {
    const [name, ...rest] = path;
    const argument = typeof name === 'string' ? task.arguments.get(name) : undefined;
    if (argument === undefined) return task.place;
    return rest.length === 0 ? argument.value.place : argument.value.placeOf(rest);
  };
}

/** Returns the context of a module for a task: what it gets besides its arguments. */
export function moduleContext(
  { now, runId, vault }: PreparingRun,
  { host, task }: { readonly host: HostState; readonly task: Task },
  prepared: Prepared,
  machine: Machine,
): Context {
  const user = machine.userOf(prepared.privilege);
  const { facts } = machine.connection;
  return { host: host.name, facts, now, user, runId, preamble: prepared.preamble, vault, placeOf: placesOf(task) };
}
