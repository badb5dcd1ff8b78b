import type { Task } from '../playbook/play.ts';
import type { Scope, Value } from '../values/value.ts';
import type { RunContext } from './context.ts';
import type { HostState } from './host-state.ts';
import type { Prepared, Preparing } from './prepare.ts';
import { prepare } from './prepare.ts';

/** A prepared task with all that it was made of: where these variables have the same values, it would come out the same. */
interface Made {
  readonly prepared: Prepared;
  readonly names: readonly string[];
  readonly values: readonly (Value | undefined)[];
}

/** For which task and loop item of which host. */
export interface For {
  readonly host: HostState;
  readonly task: Task;
  /** Undefined outside of a loop. */
  readonly item: Value | undefined;
}

/** What was prepared before the tasks' own turns: by host, task and loop item. */
const kept = new WeakMap<HostState, Map<Task, Map<Value | undefined, Made>>>();
/** What a task came to last, on whichever host: where no variable of it differs, it is the same for all hosts. */
const last = new WeakMap<Task, Made>();

/** What other hosts do changes these without a change of the host's own variables. */
const OF_OTHER_HOSTS: ReadonlySet<string> = new Set(['hostvars', 'groups']);

/** As `prepare`, before the task's turn: what comes out is kept for it. */
export async function prepareAhead(context: RunContext, of: For, scope: Scope): Promise<Preparing> {
  const known = made(of, scope);
  if (known !== undefined) return { kind: 'ready', prepared: known };
  const names: string[] = [];
  const values: (Value | undefined)[] = [];
  let isOwn = true;
  const watched: Scope = {
    lookup: (name) => {
      if (OF_OTHER_HOSTS.has(name)) isOwn = false;
      const value = scope.lookup(name);
      if (!names.includes(name)) {
        names.push(name);
        values.push(value);
      }
      return value;
    },
    names: () => {
      isOwn = false;
      return scope.names();
    },
  };
  const preparing = await prepare(context, of.task, watched);
  if (preparing.kind === 'ready' && isOwn) keep(of, { prepared: preparing.prepared, names, values });
  return preparing;
}

/** As `prepare`, in the task's turn. What was kept for it is used up, so that it does not stay in memory. */
export async function prepareNow(context: RunContext, of: For, scope: Scope): Promise<Preparing> {
  const known = made(of, scope);
  kept.get(of.host)?.get(of.task)?.delete(of.item);
  return known === undefined ? prepare(context, of.task, scope) : { kind: 'ready', prepared: known };
}

function made({ host, task, item }: For, scope: Scope): Prepared | undefined {
  const own = kept.get(host)?.get(task)?.get(item);
  if (own !== undefined && isStillSo(own, scope)) return own.prepared;
  const others = last.get(task);
  return others !== undefined && others !== own && isStillSo(others, scope) ? others.prepared : undefined;
}

function isStillSo({ prepared, names, values }: Made, scope: Scope): boolean {
  return names.every((name, index) => scope.lookup(name) === values[index]) && prepared.isCurrent();
}

function keep({ host, task, item }: For, one: Made): void {
  last.set(task, one);
  const tasks = kept.get(host);
  const items = tasks?.get(task);
  if (items !== undefined) items.set(item, one);
  else if (tasks !== undefined) tasks.set(task, new Map([[item, one]]));
  else kept.set(host, new Map([[task, new Map([[item, one]])]]));
}
