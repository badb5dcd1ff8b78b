import type { Facts } from '../../connection/shell/facts.ts';
import type { Context } from '../../modules/base/module.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Prepared } from './prepare.ts';

interface Named {
  readonly host: string;
  readonly user: string;
  readonly requests: readonly Request[];
}

/** What looking ahead has named in one run. */
export class NamedRequests {
  /** By the machine that is looked at: each has facts of its own. */
  readonly #kept = new WeakMap<Facts, WeakMap<Prepared, Named>>();

  /** What a prepared task must see, before its turn: kept for it. */
  nameAhead(prepared: Prepared, about: Context): readonly Request[] {
    const { facts, host, user } = about;
    const requests = prepared.module.observes(prepared.args, prepared.loaded, about);
    let tasks = this.#kept.get(facts);
    if (tasks === undefined) this.#kept.set(facts, (tasks = new WeakMap()));
    tasks.set(prepared, { host, user, requests });
    return requests.map(ahead);
  }

  /**
   * What it must see, in its turn. What was named ahead is used up: these are the very requests that were looked at, so
   * nobody has to compare whether they ask for the same.
   */
  nameNow(prepared: Prepared, about: Context): readonly Request[] {
    const tasks = this.#kept.get(about.facts);
    const named = tasks?.get(prepared);
    tasks?.delete(prepared);
    if (named !== undefined && named.host === about.host && named.user === about.user) return named.requests;
    return prepared.module.observes(prepared.args, prepared.loaded, about);
  }
}

/** What would be too much of many at a time is left to each one's turn. */
function ahead(request: Request): Request {
  const detail = request.kind.ahead?.(request.detail) ?? request.detail;
  return detail === request.detail ? request : { ...request, detail };
}
