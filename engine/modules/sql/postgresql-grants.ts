import { MEMBER, type PostgresPrivileges, type PrivilegeObject } from '../../resources/postgresql-privileges.ts';
import { type ObjectType, type PrivilegeSubject, routineName } from '../../resources/sql/postgresql-objects.ts';
import { postgresName } from '../../resources/sql/sql-quote.ts';
import type { Difference } from '../base/module.ts';
import { implicitRole } from './postgresql-roles.ts';

interface Given {
  readonly state: 'present' | 'absent';
  readonly roles: readonly string[];
  readonly privs?: readonly string[] | undefined;
  readonly grant_option?: boolean | undefined;
}

export interface Grants {
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
  readonly after: PostgresPrivileges;
}

/** The privileges of a role for an object, each with whether the role may grant it. */
type Held = Readonly<Record<string, boolean>>;

/** Returns the privileges to grant and to revoke, so that the roles have the wanted privileges for the objects. */
export function grantsOf(subject: PrivilegeSubject, args: Given, state: PostgresPrivileges): Grants {
  const differences: Difference[] = [];
  const statements: string[] = [];
  const objects = state.objects.map((object): PrivilegeObject => {
    const roles = { ...object.roles };
    for (const role of args.roles) {
      const holder = holderOf(role, state);
      const before = roles[holder] ?? {};
      const after = wanted(subject, args, object, before);
      roles[holder] = after;
      const changes = statementsFor({ subject, object: object.name, role, before, after });
      if (changes.length === 0) continue;
      statements.push(...changes);
      differences.push({
        kind: 'field',
        of: `${shown(subject)} ${object.name}`,
        field: `privileges of ${role}`,
        before: listed(before),
        after: listed(after),
      });
    }
    return { ...object, roles };
  });
  return { differences, statements, after: { ...state, objects } };
}

/** Returns the name of the role in the lists of the server. */
function holderOf(role: string, { current, session }: PostgresPrivileges): string {
  switch (implicitRole(role)) {
    case 'PUBLIC':
      return '';
    case 'SESSION_USER':
      return session;
    case undefined:
      return role;
    default:
      return current;
  }
}

function wanted(subject: PrivilegeSubject, args: Given, object: PrivilegeObject, before: Held): Held {
  const named = subject.kind === 'group' ? [MEMBER] : namedPrivileges(args.privs ?? [], object);
  if (args.state === 'absent')
    return Object.fromEntries(Object.entries(before).filter(([one]) => !named.includes(one)));
  const given = Object.fromEntries(named.map((one) => [one, args.grant_option ?? before[one] ?? false]));
  // Of default privileges, the roles get exactly those of the task.
  return subject.kind === 'default' ? given : { ...before, ...given };
}

function namedPrivileges(privs: readonly string[], { all }: PrivilegeObject): readonly string[] {
  const names = privs.flatMap((one) =>
    one === 'ALL' || one === 'ALL PRIVILEGES' ? all : [one === 'TEMP' ? 'TEMPORARY' : one],
  );
  return [...new Set(names)];
}

interface Step {
  readonly subject: PrivilegeSubject;
  readonly object: string;
  readonly role: string;
  readonly before: Held;
  readonly after: Held;
}

function statementsFor({ subject, object, role, before, after }: Step): readonly string[] {
  const lost = Object.keys(before).filter((one) => !(one in after));
  const bound = Object.keys(before).filter((one) => before[one] === true && after[one] === false);
  const plain = Object.keys(after).filter((one) => after[one] === false && !(one in before));
  const free = Object.keys(after).filter((one) => after[one] === true && before[one] !== true);
  const option = subject.kind === 'group' ? 'ADMIN OPTION' : 'GRANT OPTION';
  const whom = implicitRole(role) ?? postgresName(role);
  const sentence = (verb: string, some: readonly string[], rest: string): readonly string[] =>
    some.length === 0 ? [] : [`${lead(subject)}${verb} ${what(subject, object, some)} ${rest};`];
  return [
    ...sentence('REVOKE', lost, `FROM ${whom}`),
    ...sentence(`REVOKE ${option} FOR`, bound, `FROM ${whom}`),
    ...sentence('GRANT', plain, `TO ${whom}`),
    ...sentence('GRANT', free, `TO ${whom} WITH ${option}`),
  ];
}

function lead(subject: PrivilegeSubject): string {
  if (subject.kind !== 'default') return '';
  const { schema, target } = subject;
  return `ALTER DEFAULT PRIVILEGES${target === undefined ? '' : ` FOR ROLE ${postgresName(target)}`}${schema === undefined ? '' : ` IN SCHEMA ${postgresName(schema)}`} `;
}

function what(subject: PrivilegeSubject, object: string, privileges: readonly string[]): string {
  switch (subject.kind) {
    case 'group':
      return postgresName(object);
    case 'default':
      return `${privileges.join(', ')} ON ${object}`;
    case 'object':
      return `${privileges.join(', ')} ON ${TYPE_WORDS[subject.type]} ${objectName(subject, object)}`;
  }
}

const TYPE_WORDS: Readonly<Record<ObjectType, string>> = {
  table: 'TABLE',
  sequence: 'SEQUENCE',
  function: 'FUNCTION',
  procedure: 'PROCEDURE',
  database: 'DATABASE',
  schema: 'SCHEMA',
  language: 'LANGUAGE',
  tablespace: 'TABLESPACE',
  type: 'TYPE',
  foreign_data_wrapper: 'FOREIGN DATA WRAPPER',
  foreign_server: 'FOREIGN SERVER',
  parameter: 'PARAMETER',
};

function objectName({ type, schema }: Extract<PrivilegeSubject, { kind: 'object' }>, object: string): string {
  if (type === 'function' || type === 'procedure') return routineName(schema, object);
  return schema === undefined ? postgresName(object) : `${postgresName(schema)}.${postgresName(object)}`;
}

function shown(subject: PrivilegeSubject): string {
  switch (subject.kind) {
    case 'group':
      return 'role';
    case 'default':
      return `new objects of ${subject.target ?? 'the session'}${subject.schema === undefined ? '' : ` in ${subject.schema}`}:`;
    case 'object':
      return subject.type.replaceAll('_', ' ');
  }
}

function listed(held: Held): string | null {
  const names = Object.entries(held).map(([name, grantable]) => (grantable ? `${name} with grant option` : name));
  return names.length === 0 ? null : names.toSorted().join(', ');
}
