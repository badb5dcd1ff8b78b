import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { type PostgresMoment, postgresMoment } from '../resources/postgresql-moment.ts';
import { ROLE_ATTRIBUTES, type PostgresRole, passwordOf, postgresRole } from '../resources/postgresql-role.ts';
import type { SqlAnswer, SqlDetail } from '../resources/sql/sql-answer.ts';
import { postgresName, sqlText } from '../resources/sql/sql-quote.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, commaList, filledText, plainText, secretText, wholeNumber } from './base/arguments.ts';
import { type Context, type Difference, type Outcome, defineModule } from './base/module.ts';
import {
  foreignPostgresArguments,
  postgresLogin,
  postgresLoginAliases,
  postgresLoginArguments,
  postgresScript,
} from './sql/postgresql-login.ts';
import { type WantedPassword, wantedPassword } from './sql/postgresql-password.ts';
import { settingName, settingText, settingValue } from './sql/postgresql-settings.ts';
import { POSTGRES, askedOf } from './sql/sql-obstacle.ts';

const ATTRIBUTE: ReadonlySet<string> = new Set(ROLE_ATTRIBUTES.flatMap((name) => [name, `NO${name}`]));
const PRIVS = 'Write postgresql_privs in a task of its own, and for membership in a group its type: group.';

const schema = z.strictObject({
  name: filledText().describe('The name of the role, with its case.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('Whether the role exists. The server refuses to remove a role that owns objects.'),
  password: secretText()
    .optional()
    .describe(
      'The password, or the form in which the server stores it (SCRAM-SHA-256$…, md5…). Only the stored form is sent to the server. An empty text removes the password.',
    ),
  role_attr_flags: commaList({ mayBeEmpty: true })
    .transform((all) => all.map((one) => one.toUpperCase()))
    .refine(
      (all) => all.every((one) => ATTRIBUTE.has(one)),
      `must be of ${ROLE_ATTRIBUTES.join(', ')}, each also with NO before it`,
    )
    .default([])
    .describe(
      'Attributes: SUPERUSER, CREATEROLE, CREATEDB, INHERIT, LOGIN, REPLICATION, BYPASSRLS, or one of them with NO before it. A new role has LOGIN. An existing role keeps its other attributes.',
    ),
  conn_limit: wholeNumber({ min: -1 }).optional().describe('The number of connections; -1: no limit.'),
  expires: filledText()
    .optional()
    .describe('The time until which the password is valid, in a form that the server reads: "2030-01-31", infinity.'),
  comment: plainText().optional().describe('The comment on the role. An empty text removes the comment.'),
  configuration: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, 'must be the name of a setting'),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .default({})
    .describe('Settings of the sessions of the role, such as work_mem.'),
  reset_unspecified_configuration: boolean().default(false).describe('Whether other settings of the role are removed.'),
  no_password_changes: boolean().default(false).describe('Whether the password of an existing role stays as it is.'),
  fail_on_user: boolean().default(true).describe('Whether the task fails if the server refuses to remove the role.'),
  login_db: filledText().default('postgres').describe('The database to which the session connects.'),
  ...postgresLoginArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'postgresql_user',
  summary: 'Create, change and remove roles of a PostgreSQL server: users and groups.',
  arguments: schema,
  aliases: { user: 'name', db: 'login_db', fail_on_role: 'fail_on_user', ...postgresLoginAliases },
  foreign: {
    ...foreignPostgresArguments,
    encrypted: idle('the server stores no password as it is.'),
    quote_configuration_values: idleAs([true], 'Leave it out: values are always quoted.'),
    priv: PRIVS,
    groups: PRIVS,
    reuse_password: idle('an equal password is never set again.'),
  },
  examples: [
    'postgresql_user: { name: app, password: "{{app_password}}" }',
    'postgresql_user: { name: reports, role_attr_flags: "NOLOGIN,NOCREATEDB" }',
  ],
  observes: (args, _loaded, context) => [
    requestOf(args, context),
    ...(args.expires === undefined ? [] : [momentOf(args.expires, args, context)]),
  ],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function requestOf(args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<PostgresRole>> {
  return postgresRole(postgresLogin(args, args.login_db, context), args.name);
}

function momentOf(text: string, args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<PostgresMoment>> {
  return postgresMoment(postgresLogin(args, args.login_db, context), text);
}

/** A role on a server that is not installed yet. Since version 14, a new server stores passwords in this form. */
const NEW_SERVER: PostgresRole = { exists: false, encryption: 'scram-sha-256' };

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = requestOf(args, context);
  const asked = askedOf(request, seen, POSTGRES);
  if (asked.kind === 'impossible') return asked;
  const state = asked.kind === 'known' ? asked.state : NEW_SERVER;
  const result = { user: args.name };
  if (args.state === 'absent') return state.exists ? removal(args, seen, context) : { kind: 'in_sync', result };
  const expires =
    args.expires === undefined ? undefined : askedOf(momentOf(args.expires, args, context), seen, POSTGRES);
  if (expires?.kind === 'impossible') return expires;
  const wanted: Wanted = {
    expires: expires?.kind === 'known' ? expires.state : undefined,
    password: wantedPassword(args, state, context.runId),
  };
  const parts = partsOf(args, state, wanted);
  if (parts.length === 0) return { kind: 'in_sync', result };
  const isOpaque = parts.every(({ isSure }) => isSure === false);
  return {
    kind: 'change',
    differences: parts.flatMap(({ differences }) => differences),
    certainty: isOpaque && state.exists ? 'opaque' : seen.certainty(request),
    predictions: [predict(request, { kind: 'known', state: stateAfter(args, state, wanted) })],
    touches: 'predicted',
    apply: () => {
      const statements = parts.flatMap((part) => part.statements);
      return { script: postgresScript(postgresLogin(args, args.login_db, context), statements) };
    },
    planned: result,
  };
}

function removal(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = requestOf(args, context);
  const statement = `DROP ROLE ${postgresName(args.name)};`;
  const script = postgresScript(postgresLogin(args, args.login_db, context), [statement]);
  return {
    kind: 'change',
    differences: [field(args.name, 'state', 'present', 'absent')],
    certainty: seen.certainty(request),
    predictions: args.fail_on_user
      ? [predict(request, { kind: 'known', state: { ...NEW_SERVER, exists: false } })]
      : [],
    touches: 'predicted',
    apply: () => ({ script: args.fail_on_user ? script : `( ${script} ) || :\n` }),
    planned: { user: args.name },
  };
}

interface Wanted {
  /**
   * The time when the password expires. Undefined if the task does not set the time, or if the server could not be
   * asked yet.
   */
  readonly expires: PostgresMoment | undefined;
  readonly password: WantedPassword;
}

interface Part {
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
  /** False if the change may not be needed. */
  readonly isSure?: boolean;
}

function partsOf(args: Arguments, state: PostgresRole, wanted: Wanted): readonly Part[] {
  const { name } = args;
  const role = postgresName(name);
  const attributes = args.role_attr_flags.filter((flag) => state.attributes?.[plain(flag)] !== !flag.startsWith('NO'));
  const isExpiryRight = args.expires === undefined || (state.exists && state.expires === wanted.expires);
  const isLimitRight = args.conn_limit === undefined || state.connections === args.conn_limit;
  const words = [
    ...attributes,
    ...(isLimitRight ? [] : [`CONNECTION LIMIT ${args.conn_limit}`]),
    ...(isExpiryRight ? [] : [`VALID UNTIL ${sqlText(args.expires ?? '')}`]),
  ];
  const before = (value: string | null): string | null => (state.exists ? value : null);
  const differences = [
    ...(state.exists ? [] : [field(name, 'state', 'absent', 'present')]),
    ...attributes.map((flag) =>
      field(
        name,
        plain(flag).toLowerCase(),
        before(flag.startsWith('NO') ? 'yes' : 'no'),
        flag.startsWith('NO') ? 'no' : 'yes',
      ),
    ),
    ...(isLimitRight ? [] : [field(name, 'connections', state.connections ?? null, args.conn_limit ?? null)]),
    ...(isExpiryRight ? [] : [field(name, 'password expires', shownMoment(state.expires), args.expires ?? null)]),
  ];
  // CREATE USER, unlike CREATE ROLE, gives the new role LOGIN.
  const statement = state.exists
    ? `ALTER ROLE ${role} WITH ${words.join(' ')};`
    : `CREATE USER ${role} ${words.join(' ')};`;
  return [
    ...(differences.length === 0 ? [] : [{ differences, statements: [statement] }]),
    ...passwordParts(name, wanted.password),
    ...settingParts(args, state),
    ...commentParts(args, state),
  ];
}

function passwordParts(name: string, wanted: WantedPassword): readonly Part[] {
  if (wanted.kind === 'keep') return [];
  const value = wanted.verifier === null ? 'NULL' : sqlText(wanted.verifier.reveal());
  return [
    {
      differences: [
        { kind: 'field', of: `role ${name}`, field: 'password', before: wanted.before, after: wanted.after },
      ],
      statements: [`ALTER ROLE ${postgresName(name)} WITH PASSWORD ${value};`],
      isSure: wanted.isSure,
    },
  ];
}

function settingParts(args: Arguments, state: PostgresRole): readonly Part[] {
  const { name, configuration } = args;
  const has = state.settings ?? {};
  const set = Object.entries(configuration).filter(([key, value]) => has[key] !== settingText(key, value));
  const extra = args.reset_unspecified_configuration ? Object.keys(has).filter((key) => !(key in configuration)) : [];
  return [
    ...set.map(([key, value]) => ({
      differences: [field(name, key, has[key] ?? null, settingText(key, value))],
      statements: [`ALTER ROLE ${postgresName(name)} SET ${settingName(key)} TO ${settingValue(key, value)};`],
    })),
    ...extra.map((key) => ({
      differences: [field(name, key, has[key] ?? null, null)],
      statements: [`ALTER ROLE ${postgresName(name)} RESET ${settingName(key)};`],
    })),
  ];
}

function commentParts({ name, comment }: Arguments, state: PostgresRole): readonly Part[] {
  if (comment === undefined || comment === (state.comment ?? '')) return [];
  return [
    {
      differences: [field(name, 'comment', state.comment ?? null, comment)],
      statements: [`COMMENT ON ROLE ${postgresName(name)} IS ${comment === '' ? 'NULL' : sqlText(comment)};`],
    },
  ];
}

function stateAfter(args: Arguments, state: PostgresRole, wanted: Wanted): PostgresRole {
  const attributes = Object.fromEntries(args.role_attr_flags.map((flag) => [plain(flag), !flag.startsWith('NO')]));
  return {
    exists: true,
    encryption: state.encryption,
    attributes: { ...(state.exists ? state.attributes : { LOGIN: true }), ...attributes },
    settings: Object.fromEntries([
      ...(args.reset_unspecified_configuration ? [] : Object.entries(state.settings ?? {})),
      ...Object.entries(args.configuration).map(([key, value]) => [key, settingText(key, value)] as const),
    ]),
    connections: args.conn_limit ?? (state.exists ? state.connections : -1),
    expires: args.expires === undefined ? state.expires : wanted.expires,
    comment: args.comment ?? state.comment ?? '',
    password:
      wanted.password.kind === 'set'
        ? passwordOf(wanted.password.verifier?.reveal() ?? null)
        : (state.password ?? passwordOf(null)),
  };
}

function plain(flag: string): string {
  return flag.replace(/^NO/, '');
}

function shownMoment(moment: PostgresMoment | undefined): string | null {
  return typeof moment === 'number' ? new Date(moment * 1000).toISOString() : (moment ?? null);
}

function field(name: string, of: string, before: string | number | null, after: string | number | null): Difference {
  return { kind: 'field', of: `role ${name}`, field: of, before, after };
}
