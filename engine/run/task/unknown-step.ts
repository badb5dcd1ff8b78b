import { Problem } from '../../errors/problem.ts';
import { CHANGES_NOTHING } from '../../playbook/base/changes-nothing.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import { deciderOf } from '../base/decider.ts';
import type { TaskIdentity } from '../base/events.ts';
import { machineFor } from '../context/connect-host.ts';
import type { Machine } from '../machine/machine.ts';
import { type Prepared, moduleContext } from '../preparation/prepare.ts';
import type { ItemRun, TaskRun } from './item.ts';

/** A task of a plan, for one item, of which it is not known whether it is done, or with what. */
export interface UnknownTask {
  readonly identity: TaskIdentity;
  readonly scope: Scope;
  readonly item: Value | undefined;
  readonly hides: boolean;
}

/**
 * Takes in a plan what the task may do: the steps after it cannot count on the state that the host has now, nor on what
 * is missing.
 */
export async function mayHaveChanged(run: TaskRun, unknown: UnknownTask): Promise<void> {
  const { context, host, task, stop } = run;
  if (CHANGES_NOTHING.has(task.module)) return;
  const prepared = await preparedPerhaps(run, unknown);
  const machine = machineFor(context, host, prepared?.delegate);
  if (machine === undefined) return;
  const requests = prepared === undefined ? [] : requestsOf(run, prepared, machine);
  machine.layUnknown(requests, deciderOf(unknown.identity, stop.at, unknown.hides));
}

/** The same of a task that is prepared, and whose module cannot tell the change. */
export function mayHaveChangedThese(
  { task, machine, identity, stop, prepared }: ItemRun,
  these: readonly Request[],
): void {
  if (!CHANGES_NOTHING.has(task.module)) machine.layUnknown(these, deciderOf(identity, stop.at, prepared.noLog));
}

/** With its arguments, if these at least are known. What is wrong with them may be why it has a condition. */
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
