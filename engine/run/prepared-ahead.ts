import type { Task } from '../playbook/play.ts';
import type { Scope } from '../values/value.ts';
import type { RunContext } from './context.ts';
import type { Prepared, Preparing } from './prepare.ts';
import { prepare } from './prepare.ts';

/**
 * What looking ahead has prepared, kept for the tasks' own turns. A host's scope is another one as soon as one of its variables
 * changes, so what was prepared under the same scope is what would be prepared again; controller files are read once a run anyway.
 */
const ahead = new WeakMap<Scope, Map<Task, Prepared>>();

/** What other hosts do changes these without a change of the host's own variables. */
const OF_OTHER_HOSTS: ReadonlySet<string> = new Set(['hostvars', 'groups']);

/** As `prepare`, before the task's turn: what comes out is kept for it. */
export async function prepareAhead(context: RunContext, task: Task, scope: Scope): Promise<Preparing> {
  const known = ahead.get(scope)?.get(task);
  if (known !== undefined) return { kind: 'ready', prepared: known };
  let isOwn = true;
  const watched: Scope = {
    lookup: (name) => {
      if (OF_OTHER_HOSTS.has(name)) isOwn = false;
      return scope.lookup(name);
    },
    names: () => scope.names(),
  };
  const preparing = await prepare(context, task, watched);
  if (preparing.kind === 'ready' && isOwn) keep(scope, task, preparing.prepared);
  return preparing;
}

/** As `prepare`, in the task's turn. What was kept for it is used up, so that it does not stay in memory. */
export async function prepareNow(context: RunContext, task: Task, scope: Scope): Promise<Preparing> {
  const kept = ahead.get(scope);
  const known = kept?.get(task);
  if (known === undefined) return prepare(context, task, scope);
  kept?.delete(task);
  return { kind: 'ready', prepared: known };
}

function keep(scope: Scope, task: Task, prepared: Prepared): void {
  const kept = ahead.get(scope);
  if (kept === undefined) ahead.set(scope, new Map([[task, prepared]]));
  else kept.set(task, prepared);
}
