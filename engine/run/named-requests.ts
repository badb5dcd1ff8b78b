import type { Facts } from '../connection/facts.ts';
import type { Context } from '../modules/module.ts';
import type { Request } from '../resources/resource.ts';
import type { Prepared } from './prepare.ts';

interface Named {
  readonly host: string;
  readonly user: string;
  readonly requests: readonly Request[];
}

/** What looking ahead has named, by the machine that is looked at: each has facts of its own. */
const kept = new WeakMap<Facts, WeakMap<Prepared, Named>>();

/** What a prepared task must see, before its turn: kept for it. */
export function nameAhead(prepared: Prepared, about: Context): readonly Request[] {
  const { facts, host, user } = about;
  const requests = prepared.module.observes(prepared.args, prepared.loaded, about);
  let tasks = kept.get(facts);
  if (tasks === undefined) kept.set(facts, (tasks = new WeakMap()));
  tasks.set(prepared, { host, user, requests });
  return requests.map(ahead);
}

/** What would be too much of many at a time is left to each one's turn. */
function ahead(request: Request): Request {
  const detail = request.kind.ahead?.(request.detail) ?? request.detail;
  return detail === request.detail ? request : { ...request, detail };
}

/**
 * What it must see, in its turn. What was named ahead is used up: these are the very requests that were looked at, so nobody has to
 * compare whether they ask for the same.
 */
export function nameNow(prepared: Prepared, about: Context): readonly Request[] {
  const tasks = kept.get(about.facts);
  const named = tasks?.get(prepared);
  tasks?.delete(prepared);
  if (named !== undefined && named.host === about.host && named.user === about.user) return named.requests;
  return prepared.module.observes(prepared.args, prepared.loaded, about);
}
