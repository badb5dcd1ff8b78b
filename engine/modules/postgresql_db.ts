import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { type PostgresDatabase, postgresDatabase } from '../resources/postgresql-database.ts';
import { type PostgresRole, postgresRole } from '../resources/postgresql-role.ts';
import type { SqlAnswer, SqlDetail } from '../resources/sql/sql-answer.ts';
import { postgresName, sqlText } from '../resources/sql/sql-quote.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, filledText, plainText, wholeNumber } from './base/arguments.ts';
import { type Context, type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import {
  foreignPostgresArguments,
  postgresLogin,
  postgresLoginAliases,
  postgresLoginArguments,
  postgresScript,
} from './sql/postgresql-login.ts';
import { noRole } from './sql/postgresql-roles.ts';
import { POSTGRES, askedOf } from './sql/sql-obstacle.ts';

const DUMP =
  'must be present or absent\nDump and restore by command: pg_dump and pg_restore, with creates: or a condition.';

const schema = z.strictObject({
  name: filledText().describe('The name of the database, with its case.'),
  state: z
    .enum(['present', 'absent'], { error: DUMP })
    .default('present')
    .describe('Whether the database exists. `absent` removes it with its content.'),
  owner: filledText().optional().describe('The role that owns the database. Default: the role of the session.'),
  template: filledText()
    .optional()
    .describe('The database of which a new database is a copy. It has no effect on an existing database.'),
  encoding: filledText().optional().describe('The encoding, such as UTF8. It cannot be changed later.'),
  lc_collate: filledText().optional().describe('The collation: the order of texts. It cannot be changed later.'),
  lc_ctype: filledText().optional().describe('The classes of characters. It cannot be changed later.'),
  locale_provider: z
    .enum(['icu', 'libc', 'builtin'])
    .optional()
    .describe('The provider of the locale of a new database. It has no effect on an existing database.'),
  icu_locale: filledText()
    .optional()
    .describe('The locale of ICU for a new database. It has no effect on an existing database.'),
  conn_limit: wholeNumber({ min: -1 }).optional().describe('The number of connections; -1: no limit.'),
  tablespace: filledText().optional().describe('The tablespace of the database.'),
  comment: plainText().optional().describe('The comment on the database. An empty text removes the comment.'),
  force: boolean().default(false).describe('Whether `absent` ends the sessions that use the database.'),
  maintenance_db: filledText()
    .default('postgres')
    .describe('The database to which the session connects. It is not the database that the task manages.'),
  ...postgresLoginArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'postgresql_db',
  summary: 'Create, change and remove databases of a PostgreSQL server.',
  arguments: schema,
  aliases: { db: 'name', login_db: 'maintenance_db', ...postgresLoginAliases },
  foreign: {
    ...foreignPostgresArguments,
    target: 'Dump and restore by command: pg_dump and pg_restore, with creates: or a condition.',
    target_opts: 'Write the options into the command: pg_dump and pg_restore.',
    dump_extra_args: idleAs([null], 'Write the options into the command: pg_dump.'),
  },
  examples: ['postgresql_db: { name: app, owner: app, encoding: UTF8, template: template0 }'],
  observes: (args, _loaded, context) => [
    requestOf(args, context),
    ...(args.owner === undefined ? [] : [ownerOf(args.owner, args, context)]),
  ],
  plan(args, _loaded, seen, context) {
    const asked = askedOf(requestOf(args, context), seen, POSTGRES);
    if (asked.kind === 'impossible') return asked;
    // A server that is not installed yet does not have the database.
    const state: PostgresDatabase = asked.kind === 'to_come' ? { exists: false } : asked.state;
    return plan(args, state, seen, context);
  },
});

function requestOf(args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<PostgresDatabase>> {
  return postgresDatabase(postgresLogin(args, args.maintenance_db, context), args.name);
}

function ownerOf(owner: string, args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<PostgresRole>> {
  return postgresRole(postgresLogin(args, args.maintenance_db, context), owner);
}

function plan(args: Arguments, state: PostgresDatabase, seen: Seen, context: Context): Outcome {
  const result = { db: args.name };
  if (args.state === 'absent' && !state.exists) return { kind: 'in_sync', result };
  const steps = args.state === 'absent' ? removal(args) : state.exists ? changes(args, state) : creation(args);
  if ('kind' in steps) return steps;
  if (steps.statements.length === 0) return { kind: 'in_sync', result };
  const missing = args.owner === undefined ? undefined : noRole(args.owner, ownerOf(args.owner, args, context), seen);
  if (missing !== undefined && args.state === 'present') return missing;
  const request = requestOf(args, context);
  const { maintenance_db: database } = args;
  return {
    kind: 'change',
    differences: steps.differences,
    certainty: seen.certainty(request),
    predictions: [predict(request, { kind: 'known', state: stateAfter(args, state) })],
    touches: 'predicted',
    // PostgreSQL cannot create or remove a database within a transaction.
    apply: () => ({ script: postgresScript(postgresLogin(args, database, context), steps.statements, false) }),
    planned: result,
  };
}

interface Steps {
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
}

function removal({ name, force }: Arguments): Steps {
  const others = `SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = ${sqlText(name)} AND pid <> pg_backend_pid();`;
  return {
    differences: [field(name, 'state', 'present', 'absent')],
    statements: [...(force ? [others] : []), `DROP DATABASE ${postgresName(name)};`],
  };
}

function creation(args: Arguments): Steps {
  const { name, comment } = args;
  const options: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['OWNER', args.owner, named(args.owner)],
    ['TEMPLATE', args.template, named(args.template)],
    ['ENCODING', args.encoding, text(args.encoding)],
    ['LOCALE_PROVIDER', args.locale_provider, args.locale_provider],
    ['ICU_LOCALE', args.icu_locale, text(args.icu_locale)],
    ['LC_COLLATE', args.lc_collate, text(args.lc_collate)],
    ['LC_CTYPE', args.lc_ctype, text(args.lc_ctype)],
    ['TABLESPACE', args.tablespace, named(args.tablespace)],
    ['CONNECTION LIMIT', limit(args.conn_limit), limit(args.conn_limit)],
  ];
  const given = options.filter(([, value]) => value !== undefined);
  const words = given.map(([option, , sql]) => ` ${option} = ${sql}`).join('');
  return {
    differences: [
      field(name, 'state', 'absent', 'present'),
      ...given.map(([option, value]) => field(name, option.toLowerCase(), null, value ?? null)),
      ...(comment === undefined || comment === '' ? [] : [field(name, 'comment', null, comment)]),
    ],
    statements: [
      `CREATE DATABASE ${postgresName(name)}${words === '' ? '' : ` WITH${words}`};`,
      ...(comment === undefined || comment === '' ? [] : [commentOn(name, comment)]),
    ],
  };
}

function changes(args: Arguments, state: Extract<PostgresDatabase, { exists: true }>): Steps | Impossible {
  const fixed = [
    ['encoding', 'encoding', args.encoding],
    ['lc_collate', 'collate', args.lc_collate],
    ['lc_ctype', 'ctype', args.lc_ctype],
  ] as const;
  for (const [argument, of, wanted] of fixed)
    if (wanted !== undefined && state[of] !== undefined && !isSame(of, wanted, state[of]))
      return {
        kind: 'impossible',
        what: `the ${argument} of the database ${args.name} is ${state[of]}, and should be ${wanted}`,
        why: 'PostgreSQL cannot change it in a database that exists.',
        remedy: `Remove ${argument} from the task, or make a new database from a dump.`,
      };
  const { name } = args;
  const wanted = [
    ['owner', args.owner, (value: string) => `OWNER TO ${postgresName(value)}`],
    ['connections', limit(args.conn_limit), (value: string) => `CONNECTION LIMIT ${value}`],
    ['tablespace', args.tablespace, (value: string) => `SET TABLESPACE ${postgresName(value)}`],
  ] as const;
  const parts = wanted.flatMap(([of, value, sql]) => {
    const before = state[of];
    if (value === undefined || String(before) === value) return [];
    return [
      {
        difference: field(name, of, before ?? null, value),
        statement: `ALTER DATABASE ${postgresName(name)} ${sql(value)};`,
      },
    ];
  });
  const { comment } = args;
  if (comment !== undefined && comment !== (state.comment ?? ''))
    parts.push({
      difference: field(name, 'comment', state.comment ?? '', comment),
      statement: commentOn(name, comment),
    });
  return { differences: parts.map((one) => one.difference), statements: parts.map((one) => one.statement) };
}

/**
 * Returns whether the value is the wanted one. The server writes `UTF8` for `utf-8`; locales must be equal as texts.
 */
function isSame(of: 'encoding' | 'collate' | 'ctype', wanted: string, is: string): boolean {
  const plain = (encoding: string): string =>
    encoding
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .replace(/^unicode$/, 'utf8');
  return of === 'encoding' ? plain(wanted) === plain(is) : wanted === is;
}

function commentOn(name: string, comment: string): string {
  return `COMMENT ON DATABASE ${postgresName(name)} IS ${comment === '' ? 'NULL' : sqlText(comment)};`;
}

function stateAfter(args: Arguments, before: PostgresDatabase): PostgresDatabase {
  if (args.state === 'absent') return { exists: false };
  return {
    ...(before.exists ? before : {}),
    exists: true,
    ...(args.owner === undefined ? {} : { owner: args.owner }),
    ...(args.conn_limit === undefined ? {} : { connections: args.conn_limit }),
    ...(args.tablespace === undefined ? {} : { tablespace: args.tablespace }),
    ...(args.comment === undefined ? {} : { comment: args.comment }),
    ...(before.exists ? {} : { collate: args.lc_collate, ctype: args.lc_ctype }),
  };
}

function named(name: string | undefined): string | undefined {
  return name === undefined ? undefined : postgresName(name);
}

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : sqlText(value);
}

function limit(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function field(name: string, of: string, before: string | number | null, after: string | null): Difference {
  return { kind: 'field', of: `database ${name}`, field: of, before, after };
}
