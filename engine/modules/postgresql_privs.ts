import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { MEMBER, type PostgresPrivileges, postgresPrivileges } from '../resources/postgresql-privileges.ts';
import { postgresRole } from '../resources/postgresql-role.ts';
import { DEFAULT_TYPES, OBJECT_TYPES, type PrivilegeSubject } from '../resources/sql/postgresql-objects.ts';
import type { SqlAnswer, SqlDetail } from '../resources/sql/sql-answer.ts';
import { boolean, commaList, filledText } from './base/arguments.ts';
import { type Context, type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { grantsOf } from './sql/postgresql-grants.ts';
import {
  foreignPostgresArguments,
  postgresLogin,
  postgresLoginAliases,
  postgresLoginArguments,
  postgresScript,
} from './sql/postgresql-login.ts';
import { implicitRole, noRole } from './sql/postgresql-roles.ts';
import { ALL_IN_SCHEMA, privilegeFault, subjectsOf } from './sql/postgresql-subjects.ts';
import { POSTGRES, askedOf } from './sql/sql-obstacle.ts';

const schema = z
  .strictObject({
    login_db: filledText().describe('The database to which the session connects. It contains the objects.'),
    roles: commaList().describe('The roles that get the privileges. PUBLIC stands for all roles.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe(
        'Whether the privileges are granted or revoked. With type: default_privs, `present` gives the roles exactly these privileges.',
      ),
    type: z
      .enum([...OBJECT_TYPES, 'group', 'default_privs'])
      .default('table')
      .describe(
        'The type of the objects. `group` is for membership in roles, `default_privs` for the privileges of objects that are created later.',
      ),
    objs: commaList()
      .optional()
      .describe(
        `The objects. ${ALL_IN_SCHEMA}: all existing objects of the schema. Write a function with the types of its arguments, separated by colons: f(int:text). For default_privs: ${DEFAULT_TYPES.join(', ')} or ALL_DEFAULT. Default for type: database: login_db.`,
      ),
    privs: commaList()
      .transform((all) => all.map((one) => one.toUpperCase().replaceAll('_', ' ')))
      .optional()
      .describe('Privileges: SELECT, USAGE, ALL, … Not for type: group.'),
    schema: filledText()
      .optional()
      .describe('The schema of the objects. Default: public. not-specified: the default_privs of all schemas.'),
    grant_option: boolean()
      .optional()
      .describe(
        'Whether the roles may grant the privileges to other roles. Without this argument, this right is not changed.',
      ),
    target_roles: commaList()
      .optional()
      .describe('With type: default_privs, the roles that create the objects. Default: the role of the session.'),
    fail_on_role: boolean()
      .default(true)
      .describe('Whether the task fails if a role does not exist. Otherwise it skips this role.'),
    ...postgresLoginArguments,
  })
  .superRefine((args, context) => {
    const fault = privilegeFault(args);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [fault.argument], message: fault.message });
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'postgresql_privs',
  summary: 'Grant and revoke privileges for objects of a PostgreSQL server, and membership in roles.',
  arguments: schema,
  aliases: {
    db: 'login_db',
    database: 'login_db',
    role: 'roles',
    obj: 'objs',
    priv: 'privs',
    admin_option: 'grant_option',
    ...postgresLoginAliases,
  },
  foreign: foreignPostgresArguments,
  examples: [
    'postgresql_privs: { login_db: app, roles: reports, privs: SELECT, objs: ALL_IN_SCHEMA }',
    'postgresql_privs: { login_db: app, roles: app, type: database, privs: "CONNECT,TEMPORARY" }',
    'postgresql_privs: { login_db: app, roles: alice, type: group, objs: reports }',
  ],
  observes: (args, _loaded, context) => [
    ...subjectsOf(args).map((subject) => requestOf(subject, args, context)),
    ...named(args).map((role) => postgresRole(postgresLogin(args, args.login_db, context), role)),
  ],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function requestOf(
  subject: PrivilegeSubject,
  args: Arguments,
  context: Context,
): Request<SqlDetail, SqlAnswer<PostgresPrivileges>> {
  return postgresPrivileges(postgresLogin(args, args.login_db, context), subject);
}

/** Returns the roles that must exist. */
function named({ roles }: Arguments): readonly string[] {
  return roles.filter((role) => implicitRole(role) === undefined);
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const login = postgresLogin(args, args.login_db, context);
  const missing = named(args).filter((role) => noRole(role, postgresRole(login, role), seen) !== undefined);
  const [first] = missing;
  if (first !== undefined && args.fail_on_role && args.state === 'present')
    return noRole(first, postgresRole(login, first), seen) ?? { kind: 'in_sync' };
  const there = { ...args, roles: args.roles.filter((role) => !missing.includes(role)) };
  const all = subjectsOf(args).map((subject) => subjectPlan(subject, there, seen, context));
  const fault = all.find((one): one is Impossible => 'kind' in one);
  if (fault !== undefined) return fault;
  const steps = all.filter((one): one is SubjectPlan => !('kind' in one) && one.statements.length > 0);
  if (steps.length === 0) return { kind: 'in_sync' };
  return {
    kind: 'change',
    differences: steps.flatMap(({ differences }) => differences),
    certainty: steps.every(({ isCertain }) => isCertain) ? 'certain' : 'after_change',
    predictions: steps.flatMap(({ request, after }) =>
      after === undefined ? [] : [predict(request, { kind: 'known' as const, state: after })],
    ),
    touches: 'predicted',
    apply: () => ({
      script: postgresScript(
        login,
        steps.flatMap(({ statements }) => statements),
      ),
    }),
  };
}

interface SubjectPlan {
  readonly request: Request<SqlDetail, SqlAnswer<PostgresPrivileges>>;
  readonly isCertain: boolean;
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
  /** The privileges after the change. Undefined if it is not known which objects will exist. */
  readonly after: PostgresPrivileges | undefined;
}

function subjectPlan(
  subject: PrivilegeSubject,
  args: Arguments,
  seen: Seen,
  context: Context,
): SubjectPlan | Impossible {
  const request = requestOf(subject, args, context);
  const asked = askedOf(request, seen, POSTGRES);
  if (asked.kind === 'impossible') return asked;
  const isCertain = seen.certainty(request) === 'certain';
  if (asked.kind === 'to_come') return { ...toCome(subject, args), request, isCertain, after: undefined };
  const { state } = asked;
  const isAll = subject.kind === 'object' && subject.name === undefined;
  if (state.objects.length === 0 && !isAll)
    return isCertain && args.state === 'present'
      ? noObject(subject, args)
      : { ...(args.state === 'present' ? toCome(subject, args) : NOTHING), request, isCertain, after: undefined };
  return { ...grantsOf(subject, args, state), request, isCertain };
}

const NOTHING = { differences: [], statements: [] } as const;

/** The change for objects that an earlier task will create. The plan assumes that they have no privileges yet. */
function toCome(subject: PrivilegeSubject, args: Arguments): Pick<SubjectPlan, 'differences' | 'statements'> {
  if (args.state === 'absent') return NOTHING;
  const all = subject.kind === 'group' ? [MEMBER] : (args.privs ?? []);
  const name = subject.kind === 'default' ? subject.type : (subject.name ?? ALL_IN_SCHEMA);
  const state: PostgresPrivileges = {
    current: args.login_user,
    session: args.login_user,
    objects: [{ name, all, roles: {} }],
  };
  return grantsOf(subject, args, state);
}

function noObject(subject: PrivilegeSubject, args: Arguments): Impossible {
  const schemaOf = 'schema' in subject && subject.schema !== undefined ? ` in the schema ${subject.schema}` : '';
  switch (subject.kind) {
    case 'object':
      return {
        kind: 'impossible',
        what: `the database ${args.login_db} has no ${subject.type.replaceAll('_', ' ')} ${subject.name ?? ''}${schemaOf}`,
        remedy: 'Correct objs or schema, or make the object with a task before this one.',
      };
    case 'group':
      return {
        kind: 'impossible',
        what: `the server has no role ${subject.name}`,
        remedy: `Make it with a task before this one: postgresql_user: { name: ${subject.name}, role_attr_flags: NOLOGIN }.`,
      };
    case 'default':
      return {
        kind: 'impossible',
        what: `the server has no role ${subject.target ?? ''}, or no schema ${subject.schema ?? ''}`,
        remedy: 'Correct target_roles or schema, or make them with a task before this one.',
      };
  }
}
