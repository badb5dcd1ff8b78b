import { Problem } from '../../errors/problem.ts';
import { CHANGES_NOTHING } from '../../playbook/base/changes-nothing.ts';
import type { Task } from '../../playbook/base/play.ts';
import { BRINGS_OTHERS } from '../../playbook/base/regrouping.ts';
import type { Request } from '../../resources/base/resource.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import { deciderOf } from '../base/decider.ts';
import type { TaskIdentity } from '../base/events.ts';
import { machineFor } from '../context/connect-host.ts';
import { includedAhead, isInclude } from '../lookahead/included-ahead.ts';
import type { Machine } from '../machine/machine.ts';
import { type Prepared, moduleContext } from '../preparation/prepare.ts';
import type { ItemRun, TaskRun } from './item.ts';

/** A task of a plan, for one item, of which it is unknown whether it runs, or with which values. */
export interface UnknownTask {
  readonly identity: TaskIdentity;
  readonly scope: Scope;
  readonly item: Value | undefined;
  readonly hides: boolean;
  readonly because: string;
}

/**
 * Records in a plan the possible effects of a task: later steps cannot rely on the current state of the host, or on
 * what is missing there.
 */
export async function mayHaveChanged(run: TaskRun, unknown: UnknownTask): Promise<void> {
  const { context, host, task, stop } = run;
  if (isInclude(task)) return mayInclude(run, unknown);
  if (BRINGS_OTHERS.has(task.module)) expectOthers(run, unknown);
  if (CHANGES_NOTHING.has(task.module)) return;
  const prepared = await preparedPerhaps(run, unknown);
  const machine = machineFor(context, host, prepared?.delegate);
  if (machine === undefined) return;
  const requests = prepared === undefined ? [] : requestsOf(run, prepared, machine);
  const names = prepared === undefined ? [] : namedBy(task, prepared);
  machine.layUnknown({ open: requests, names, decider: deciderOf(unknown.identity, stop.at, unknown.hides) });
}

/** Records in a plan that later steps may see further groups, and further hosts. */
function expectOthers({ context, host, task }: TaskRun, { identity, hides, because }: UnknownTask): void {
  const hosts = task.module === 'add_host';
  context.expectOthers({ because: new Unknown(hides ? `the task at ${identity.id}` : because), hosts });
  if (!hosts) return;
  context.approval?.expectHosts(context.hosts.keys());
  const text = 'The hosts that it adds are known only in the run: the plan lacks what later plays change on them.';
  context.emit({ type: 'message', host: host.name, task: identity, text });
}

/** Like `mayHaveChanged`, for a prepared task whose module cannot compute the change. */
export function mayHaveChangedThese(
  { task, machine, identity, stop, prepared }: ItemRun,
  open: readonly Request[],
): void {
  if (CHANGES_NOTHING.has(task.module)) return;
  const decider = deciderOf(identity, stop.at, prepared.noLog);
  machine.layUnknown({ open, names: namedBy(task, prepared), decider });
}

/** Returns what the command of the task names; nothing if its author has written that it changes nothing. */
export function namedBy({ changedWhen }: Task, { module, args }: Prepared): readonly string[] {
  if (changedWhen?.some(({ source }) => source.trim() === 'false') === true) return [];
  return module.names?.(args) ?? [];
}

/**
 * Prepares the task if its arguments are known; otherwise returns undefined. A mistake in the arguments is ignored:
 * perhaps the task has a condition so that it does not run in exactly this case.
 */
async function preparedPerhaps(
  { context, host, task }: TaskRun,
  { scope, item }: UnknownTask,
): Promise<Prepared | undefined> {
  try {
    const preparing = await context.prepared.prepareNow(context, { host, task, item }, scope);
    return preparing.kind === 'unknown' ? undefined : preparing.prepared;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return undefined;
  }
}

function requestsOf({ context, host, task }: TaskRun, prepared: Prepared, machine: Machine): readonly Request[] {
  try {
    return context.named.nameNow(prepared, moduleContext(context, { host, task }, prepared, machine));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [];
  }
}

/** Records in a plan the variables that a task of include_vars may bring. */
async function mayInclude(
  { context, host, task, remembered }: TaskRun,
  { identity, scope, item, hides, because }: UnknownTask,
): Promise<void> {
  const runs = new Unknown(hides ? `the task at ${identity.id}` : because);
  const { variables, isWhole } = await includedAhead({ context, host, task, item, runs }, scope);
  host.variables.include(variables);
  if (!isWhole) host.variables.expectAnyOther(runs);
  for (const [name, value] of variables) remembered.set(name, value);
}
