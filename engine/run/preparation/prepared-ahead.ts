import type { Task } from '../../playbook/base/play.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import type { HostState } from '../host/host-state.ts';
import { type Prepared, type Preparing, type PreparingRun, prepare } from './prepare.ts';

/**
 * A prepared task with all that it was made of: where these variables have the same values, it would come out the same.
 */
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

/** What other hosts do changes these without a change of the host's own variables. */
const OF_OTHER_HOSTS: ReadonlySet<string> = new Set(['hostvars', 'groups']);

/** Tasks that were prepared before their turns, in one run. */
export class PreparedAhead {
  /** By host, task and loop item. */
  readonly #kept = new WeakMap<HostState, Map<Task, Map<Value | undefined, Made>>>();
  /** What a task came to last, on whichever host: where no variable of it differs, it is the same for all hosts. */
  readonly #last = new WeakMap<Task, Made>();

  /** As `prepare`, before the task's turn: what comes out is kept for it. */
  async prepareAhead(context: PreparingRun, of: For, scope: Scope): Promise<Preparing> {
    const known = this.#made(of, scope);
    if (known !== undefined) return { kind: 'ready', prepared: known };
    const { scope: watched, names, values, isOwn } = watch(scope);
    const preparing = await prepare(context, of.task, watched);
    if (preparing.kind === 'ready' && isOwn()) this.#keep(of, { prepared: preparing.prepared, names, values });
    return preparing;
  }

  /** As `prepare`, in the task's turn. What was kept for it is used up, so that it does not stay in memory. */
  async prepareNow(context: PreparingRun, of: For, scope: Scope): Promise<Preparing> {
    const known = this.#made(of, scope);
    this.#kept.get(of.host)?.get(of.task)?.delete(of.item);
    return known === undefined ? prepare(context, of.task, scope) : { kind: 'ready', prepared: known };
  }

  #made({ host, task, item }: For, scope: Scope): Prepared | undefined {
    const own = this.#kept.get(host)?.get(task)?.get(item);
    if (own !== undefined && isStillSo(own, scope)) return own.prepared;
    const others = this.#last.get(task);
    return others !== undefined && others !== own && isStillSo(others, scope) ? others.prepared : undefined;
  }

  #keep({ host, task, item }: For, one: Made): void {
    this.#last.set(task, one);
    const tasks = this.#kept.get(host);
    const items = tasks?.get(task);
    if (items !== undefined) items.set(item, one);
    else if (tasks !== undefined) tasks.set(task, new Map([[item, one]]));
    else this.#kept.set(host, new Map([[task, new Map([[item, one]])]]));
  }
}

/**
 * `scope`, and what was asked of it: `isOwn` is false once that can change without a change of the host's own
 * variables.
 */
interface Watched {
  readonly scope: Scope;
  readonly names: readonly string[];
  readonly values: readonly (Value | undefined)[];
  readonly isOwn: () => boolean;
}

function watch(scope: Scope): Watched {
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
  return { scope: watched, names, values, isOwn: () => isOwn };
}

function isStillSo({ prepared, names, values }: Made, scope: Scope): boolean {
  return names.every((name, index) => scope.lookup(name) === values[index]) && prepared.isCurrent();
}
