import type { Task } from '../../playbook/base/play.ts';
import type { ControllerLookups, Scope, Value } from '../../values/base/value.ts';
import type { HostState } from '../host/host-state.ts';
import { type Prepared, type Preparing, type PreparingRun, prepare } from './prepare.ts';

/** A prepared task with the values that it was made of. With equal values, it would come out equal. */
interface Made {
  readonly prepared: Prepared;
  readonly names: readonly string[];
  readonly values: readonly (Value | undefined)[];
  /** The scope of the values. A host gets a new scope after each change of its variables. */
  readonly scope: Scope;
}

/** The host, task and loop item that something was prepared for. */
export interface For {
  readonly host: HostState;
  readonly task: Task;
  /** Undefined outside of a loop. */
  readonly item: Value | undefined;
}

/** Other hosts change these variables, without a change of the host's own variables. */
const OF_OTHER_HOSTS: ReadonlySet<string> = new Set(['hostvars', 'groups']);

/** Tasks that were prepared before their turns, in one run. */
export class PreparedAhead {
  /** By host, task and loop item. */
  readonly #kept = new WeakMap<HostState, Map<Task, Map<Value | undefined, Made>>>();
  /** The last preparation of a task, on any host: it is valid for all hosts whose variables do not differ. */
  readonly #last = new WeakMap<Task, Made>();

  /** Like `prepare`, before the task's turn. The result is kept. */
  prepareAhead(context: PreparingRun, of: For, scope: Scope): Preparing | Promise<Preparing> {
    const known = this.#made(of, scope);
    if (known !== undefined) return { kind: 'ready', prepared: known };
    return this.#prepared(context, of, watch(scope));
  }

  /** Like `prepareAhead`. `isOwn`: the result depends only on variables of the host. */
  async prepareEarly(
    context: PreparingRun,
    of: For,
    scope: Scope,
  ): Promise<{ readonly preparing: Preparing; readonly isOwn: boolean }> {
    const known = this.#made(of, scope);
    if (known !== undefined) return { preparing: { kind: 'ready', prepared: known }, isOwn: true };
    const watched = watch(scope);
    const preparing = await this.#prepared(context, of, watched);
    return { preparing, isOwn: watched.isOwn() };
  }

  async #prepared(context: PreparingRun, of: For, watched: Watched): Promise<Preparing> {
    const { names, values, scope } = watched;
    const preparing = await prepare(context, of.task, watched.watching);
    if (preparing.kind === 'ready' && watched.isOwn())
      this.#keep(of, { prepared: preparing.prepared, names, values, scope });
    return preparing;
  }

  /** Forgets what was prepared for a turn that uses it already. */
  release({ host, task, item }: For): void {
    this.#kept.get(host)?.get(task)?.delete(item);
  }

  /** Forgets all that was prepared for a host. */
  forget(host: HostState): void {
    this.#kept.delete(host);
  }

  /** Like `prepare`, in the task's turn. A kept result is returned and forgotten, to save memory. */
  prepareNow(context: PreparingRun, of: For, scope: Scope): Preparing | Promise<Preparing> {
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

/** A scope whose look-ups are recorded. */
interface Watched {
  readonly scope: Scope;
  /** The same scope; it records what is looked up. */
  readonly watching: Scope;
  /** Returns false if what was looked up can change without a change of the host's own variables. */
  readonly isOwn: () => boolean;
  readonly names: readonly string[];
  readonly values: readonly (Value | undefined)[];
}

function watch(scope: Scope): Watched {
  const names: string[] = [];
  const values: (Value | undefined)[] = [];
  let isOwn = true;
  let lookups: ControllerLookups | undefined;
  const watching: Scope = {
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
    get lookups() {
      // Each template asks for them.
      if (scope.lookups !== undefined) lookups ??= watchedLookups(scope.lookups, () => (isOwn = false));
      return lookups;
    },
  };
  return { scope, watching, names, values, isOwn: () => isOwn };
}

/** Files and the environment may change without a change of a variable. */
function watchedLookups(lookups: ControllerLookups, asked: () => void): ControllerLookups {
  const noting = <Result>(ask: () => Result): Result => {
    asked();
    return ask();
  };
  return {
    environment: (name) => noting(() => lookups.environment(name)),
    text: (name) => noting(() => lookups.text(name)),
    firstFile: (names) => noting(() => lookups.firstFile(names)),
    filesLike: (pattern) => noting(() => lookups.filesLike(pattern)),
    rendered: (name, scope) => noting(() => lookups.rendered(name, scope)),
    kept: (name, make) => noting(() => lookups.kept(name, make)),
  };
}

function isStillSo({ prepared, names, values, scope: madeIn }: Made, scope: Scope): boolean {
  const isSame = madeIn === scope || names.every((name, index) => scope.lookup(name) === values[index]);
  return isSame && prepared.isCurrent();
}
