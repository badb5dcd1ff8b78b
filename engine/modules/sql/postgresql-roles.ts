import type { Request, Seen } from '../../resources/base/resource.ts';
import type { PostgresRole } from '../../resources/postgresql-role.ts';
import type { SqlAnswer, SqlDetail } from '../../resources/sql/sql-answer.ts';
import type { Impossible } from '../base/module.ts';

/** Roles that every server has, whatever their names are: they need no quotes and no look. */
const IMPLICIT: ReadonlySet<string> = new Set(['PUBLIC', 'CURRENT_ROLE', 'CURRENT_USER', 'SESSION_USER']);

/** Returns the implicit role that a name means; undefined for another name. */
export function implicitRole(name: string): string | undefined {
  return IMPLICIT.has(name.toUpperCase()) ? name.toUpperCase() : undefined;
}

/** Returns why a role cannot be used: the server certainly has no role of the name. */
export function noRole(
  name: string,
  request: Request<SqlDetail, SqlAnswer<PostgresRole>>,
  seen: Seen,
): Impossible | undefined {
  const answer = seen.of(request);
  if (answer.kind !== 'known' || answer.state.exists || seen.certainty(request) === 'after_change') return undefined;
  return {
    kind: 'impossible',
    what: `the server has no role ${name}`,
    remedy: `Make it with a task before this one: postgresql_user: { name: ${name} }.`,
  };
}
