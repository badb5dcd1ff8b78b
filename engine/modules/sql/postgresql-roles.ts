import type { Request, Seen } from '../../resources/base/resource.ts';
import type { PostgresRole } from '../../resources/postgresql-role.ts';
import type { SqlAnswer, SqlDetail } from '../../resources/sql/sql-answer.ts';
import type { Impossible } from '../base/module.ts';

/** Names for roles that every server knows. They are not quoted, and the server is not asked whether they exist. */
const IMPLICIT: ReadonlySet<string> = new Set(['PUBLIC', 'CURRENT_ROLE', 'CURRENT_USER', 'SESSION_USER']);

/** Returns the implicit role with this name, in upper case; undefined for other names. */
export function implicitRole(name: string): string | undefined {
  return IMPLICIT.has(name.toUpperCase()) ? name.toUpperCase() : undefined;
}

/** Returns the problem if the server certainly has no role with this name. */
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
