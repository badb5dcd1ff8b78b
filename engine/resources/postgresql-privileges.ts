import { z } from 'zod';
import { type Prediction, type Request, predictedOf } from './base/resource.ts';
import { postgresDatabases } from './postgresql-database.ts';
import { type PostgresLogin, postgresClient } from './sql/postgresql-client.ts';
import { type PrivilegeSubject, objectsAsRows } from './sql/postgresql-objects.ts';
import { type SqlAnswer, type SqlDetail, type SqlId, sqlId, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** The privileges that roles have for objects. The empty name of a role means PUBLIC. */
export interface PostgresPrivileges {
  /** The account of the session: CURRENT_USER, and SESSION_USER. */
  readonly current: string;
  readonly session: string;
  readonly objects: readonly PrivilegeObject[];
}

export interface PrivilegeObject {
  readonly name: string;
  /** All privileges that objects of the type can have. */
  readonly all: readonly string[];
  /** The privileges of each role, and whether the role may grant them. */
  readonly roles: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** The only privilege for a group: membership. */
export const MEMBER = 'MEMBER';

const ROW = z.object({
  current: z.string(),
  session: z.string(),
  objects: z.array(
    z.object({
      name: z.string(),
      all: z.array(z.string()),
      list: z.array(z.object({ role: z.string(), privilege: z.string(), grantable: z.boolean() })),
    }),
  ),
});

const privileges = sqlKind<PostgresPrivileges>({
  name: 'postgresql_privileges',
  decode(value) {
    const { current, session, objects } = ROW.parse(value);
    return {
      current,
      session,
      objects: objects.map(({ name, all, list }) => {
        const roles: Record<string, Record<string, boolean>> = {};
        for (const { role, privilege, grantable } of list) roles[role] = { ...roles[role], [privilege]: grantable };
        return { name, all, roles };
      }),
    };
  },
  disagreement(predicted, seen) {
    for (const object of predicted.objects) {
      const there = seen.objects.find(({ name }) => name === object.name);
      if (there === undefined) return `${object.name} does not exist`;
      for (const [role, wanted] of Object.entries(object.roles)) {
        const has = there.roles[role] ?? {};
        if (listed(wanted) !== listed(has))
          return `${role === '' ? 'PUBLIC' : role} has ${listed(has)} for ${object.name}, should have ${listed(wanted)}`;
      }
    }
    return undefined;
  },
  after,
});

function listed(some: Readonly<Record<string, boolean>>): string {
  const names = Object.entries(some).map(([name, grantable]) => (grantable ? `${name} with grant option` : name));
  return names.length === 0 ? 'nothing' : names.toSorted().join(', ');
}

/** The objects and privileges of a new database are unknown until it exists. */
function after(
  _state: SqlAnswer<PostgresPrivileges>,
  { address, names }: SqlId,
  effect: Prediction,
): SqlAnswer<PostgresPrivileges> | 'stale' | undefined {
  const database = predictedOf(postgresDatabases, effect);
  const others = predictedOf(privileges, effect);
  if (database === undefined && others === undefined) return undefined;
  const changed = sqlId(effect.request.id);
  if (changed.address !== address) return undefined;
  if (database?.kind === 'known' && changed.names[0] === names[0])
    return database.state.exists ? 'stale' : { kind: 'no_database' };
  // A request for all objects of a schema includes each single one, so changes of one affect the other.
  return others !== undefined && isPrefix(changed.names, names) ? 'stale' : undefined;
}

function isPrefix(one: readonly string[], other: readonly string[]): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).join('/') === other.slice(0, length).join('/');
}

/** Asks for the privileges that all roles have for the objects of `subject`. */
export function postgresPrivileges(
  login: PostgresLogin,
  subject: PrivilegeSubject,
): Request<SqlDetail, SqlAnswer<PostgresPrivileges>> {
  const query = `SELECT json_build_object('current', current_user, 'session', session_user,
  'objects', coalesce(json_agg(x.object), '[]')) FROM (${subject.kind === 'group' ? members(subject.name) : objectsOf(subject)}) x;`;
  return sqlRequest(privileges, [login.database, ...namesOf(subject)], {
    client: postgresClient(login, false),
    query,
  });
}

function namesOf(subject: PrivilegeSubject): readonly string[] {
  switch (subject.kind) {
    case 'object':
      return [subject.type, subject.schema ?? '', ...(subject.name === undefined ? [] : [subject.name])];
    case 'group':
      return ['group', subject.name];
    case 'default':
      return ['default', subject.type, subject.schema ?? '', subject.target ?? ''];
  }
}

function objectsOf(subject: Exclude<PrivilegeSubject, { kind: 'group' }>): string {
  return `SELECT json_build_object('name', o.name,
  'all', (SELECT coalesce(json_agg(DISTINCT e.privilege_type), '[]') FROM aclexplode(acldefault(o.letter, o.owner)) e
    WHERE e.grantee = o.owner),
  'list', (SELECT coalesce(json_agg(json_build_object('role', g.role, 'privilege', g.privilege, 'grantable', g.grantable)), '[]')
    FROM (SELECT CASE WHEN e.grantee = 0 THEN '' ELSE pg_get_userbyid(e.grantee) END AS role,
      e.privilege_type AS privilege, bool_or(e.is_grantable) AS grantable
      FROM aclexplode(coalesce(o.list, CASE WHEN o.falls THEN acldefault(o.letter, o.owner) END)) e GROUP BY 1, 2) g)) AS object
  FROM (${objectsAsRows(subject)}) o`;
}

function members(group: string): string {
  return `SELECT json_build_object('name', r.rolname, 'all', json_build_array('${MEMBER}'),
  'list', (SELECT coalesce(json_agg(json_build_object('role', g.role, 'privilege', '${MEMBER}', 'grantable', g.grantable)), '[]')
    FROM (SELECT pg_get_userbyid(m.member) AS role, bool_or(m.admin_option) AS grantable
      FROM pg_catalog.pg_auth_members m WHERE m.roleid = r.oid GROUP BY 1) g)) AS object
  FROM pg_catalog.pg_roles r WHERE r.rolname = ${sqlText(group)}`;
}
