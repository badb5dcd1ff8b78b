import type { ProjectFigures, Reason } from './figures.ts';
import { rolesOf } from './totals.ts';

/** What one reason does to whole roles. */
export interface RoleReason {
  readonly reason: Reason;
  /** The number of roles with this reason, and of those with no other reason. */
  readonly roles: number;
  readonly alone: number;
}

/** Returns the reasons why each role is not done; a role that is done has none. */
function reasonsOfRoles(projects: readonly ProjectFigures[]): readonly ReadonlySet<Reason>[] {
  return projects.flatMap((project) => rolesOf(project).map(({ tasks }) => new Set(tasks.flatMap(({ left }) => left))));
}

/** Returns the reasons that keep roles back. First come those that keep back most roles alone. */
export function roleReasons(projects: readonly ProjectFigures[]): readonly RoleReason[] {
  const rows = new Map<Reason, { roles: number; alone: number }>();
  for (const reasons of reasonsOfRoles(projects)) {
    for (const reason of reasons) {
      const row = rows.get(reason) ?? { roles: 0, alone: 0 };
      row.roles += 1;
      if (reasons.size === 1) row.alone += 1;
      rows.set(reason, row);
    }
  }
  return [...rows]
    .map(([reason, row]) => ({ reason, ...row }))
    .sort((one, other) => other.alone - one.alone || other.roles - one.roles || (one.reason < other.reason ? -1 : 1));
}

/** A reason to mend next, and the number of roles that are done when it and all reasons before it are mended. */
export interface Mended {
  readonly reason: Reason;
  readonly done: number;
}

/**
 * Returns an order in which to mend reasons: each time the one that frees most roles. Where no single reason frees a
 * role, the one that most roles with few further reasons have.
 */
export function orderOfMending(projects: readonly ProjectFigures[], most: number): readonly Mended[] {
  const all = reasonsOfRoles(projects);
  let open = all.filter(({ size }) => size > 0).map((reasons) => new Set(reasons));
  const order: Mended[] = [];
  while (order.length < most && open.length > 0) {
    const weights = new Map<Reason, number>();
    for (const reasons of open)
      for (const reason of reasons) weights.set(reason, (weights.get(reason) ?? 0) + 100 ** (1 - reasons.size));
    const [best] = [...weights].sort((one, other) => other[1] - one[1]);
    if (best === undefined) break;
    const [reason] = best;
    for (const reasons of open) reasons.delete(reason);
    open = open.filter(({ size }) => size > 0);
    order.push({ reason, done: all.length - open.length });
  }
  return order;
}
