import type { Facts } from '../../connection/shell/facts.ts';
import type { Context } from '../../modules/base/module.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Prepared } from './prepare.ts';

interface Named {
  readonly host: string;
  readonly user: string;
  readonly requests: readonly Request[];
}

/** Keeps the requests that looking ahead has computed in one run. */
export class NamedRequests {
  /** By the facts of the machine that is looked at. */
  readonly #kept = new WeakMap<Facts, WeakMap<Prepared, Named>>();

  /** Returns the requests of a prepared task before its turn, and keeps them. */
  nameAhead(prepared: Prepared, about: Context): readonly Request[] {
    const { facts, host, user } = about;
    const requests = prepared.module.observes(prepared.args, prepared.loaded, about);
    let tasks = this.#kept.get(facts);
    if (tasks === undefined) this.#kept.set(facts, (tasks = new WeakMap()));
    tasks.set(prepared, { host, user, requests });
    return requests.map(ahead);
  }

  /**
   * Returns the requests of a task in its turn. Requests that were computed ahead are returned and forgotten: they are
   * the same objects as those that were sent, so no comparison is necessary.
   */
  nameNow(prepared: Prepared, about: Context): readonly Request[] {
    const tasks = this.#kept.get(about.facts);
    const named = tasks?.get(prepared);
    tasks?.delete(prepared);
    if (named !== undefined && named.host === about.host && named.user === about.user) return named.requests;
    return prepared.module.observes(prepared.args, prepared.loaded, about);
  }
}

/**
 * Limits a request that would cost too much ahead for many states at a time; the rest follows in the turn of the task.
 */
function ahead(request: Request): Request {
  const detail = request.kind.ahead?.(request.detail) ?? request.detail;
  return detail === request.detail ? request : { ...request, detail };
}
