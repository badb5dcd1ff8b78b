import { Problem, Problems } from '../../errors/problem.ts';
import { IncludedVariables } from '../../modules/base/module.ts';
import type { Task } from '../../playbook/base/play.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import type { Compiled } from '../../values/compiled.ts';
import type { RunContext } from '../context/context.ts';
import type { HostState } from '../host/host-state.ts';
import { placesOf } from '../preparation/prepare.ts';

/** The variables that a task of include_vars brings, as far as they are known before its turn. */
export interface IncludedAhead {
  readonly variables: ReadonlyMap<string, Compiled>;
  /** False if it may bring other variables too. */
  readonly isWhole: boolean;
}

interface Asked {
  readonly context: RunContext;
  readonly host: HostState;
  readonly task: Task;
  readonly item: Value | undefined;
  /** True if the task runs; unknown if that depends on an earlier change. */
  readonly runs: boolean | Unknown;
}

const NOTHING: IncludedAhead = { variables: new Map(), isWhole: true };

/** Returns whether the task includes variables of files (include_vars). */
export function isInclude(task: Task): boolean {
  return task.module === 'include_vars';
}

/**
 * Returns the variables that a task of include_vars brings. Their values are unknown if the task may not run. If its
 * files are not known, it may bring every variable of the files in its `vars/` folders. Mistakes are reported in the
 * turn of the task.
 */
export async function includedAhead({ context, host, task, item, runs }: Asked, scope: Scope): Promise<IncludedAhead> {
  if (runs === false) return NOTHING;
  const because = new Unknown(`the task at ${task.id}`);
  try {
    const preparing = await context.prepared.prepareAhead(context, { host, task, item }, scope);
    if (preparing.kind === 'ready' && preparing.prepared.loaded instanceof IncludedVariables) {
      const { variables } = preparing.prepared.loaded;
      return { variables: runs === true ? variables : unknowns(variables.keys(), task, because), isWhole: true };
    }
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error;
  }
  return await possibly(context, task, because);
}

/** Returns the variables that a task may bring if its files are not known. */
export async function possibly(
  { files }: Pick<RunContext, 'files'>,
  task: Task,
  because: Unknown,
): Promise<IncludedAhead> {
  const placeOf = placesOf(task);
  const name = task.arguments.get('name')?.value.literal;
  if (typeof name === 'string') return { variables: unknowns([name], task, because), isWhole: true };
  const names = await files.possibleVariables(task.searchPath, (argument) => placeOf([argument]));
  return { variables: unknowns(names, task, because), isWhole: false };
}

function unknowns(names: Iterable<string>, { place }: Task, because: Unknown): ReadonlyMap<string, Compiled> {
  const unknown: Compiled = {
    place,
    references: new Set(),
    literal: because,
    resolve: () => because,
    placeOf: () => place,
  };
  return new Map([...names].map((name) => [name, unknown]));
}

/**
 * Adds the included variables to the expected ones. They do not replace an unknown result, which has higher precedence.
 */
export function addIncluded(expected: Map<string, Compiled | Value>, { variables }: IncludedAhead): void {
  for (const [name, value] of variables) if (!(expected.get(name) instanceof Unknown)) expected.set(name, value);
}
