import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { type MysqlDatabase, mysqlDatabase } from '../resources/mysql-database.ts';
import { mysqlScript } from '../resources/sql/mysql-client.ts';
import type { SqlAnswer, SqlDetail } from '../resources/sql/sql-answer.ts';
import { mysqlName } from '../resources/sql/sql-quote.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, commaList } from './base/arguments.ts';
import { type Context, type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { mysqlLogin, mysqlLoginAliases, mysqlLoginArguments } from './sql/mysql-login.ts';
import { MYSQL, askedOf } from './sql/sql-obstacle.ts';

const DUMP =
  'Dump by command: mysqldump, with creates:. Restore by check: with a query that asks for a table, and apply: mysql DATABASE < FILE.';

const WORD = alsoDigits(z.string().regex(/^[A-Za-z0-9_]+$/, 'must be a name of the server, such as utf8mb4'));

const schema = z.strictObject({
  name: commaList().describe('The names of the databases.'),
  state: z
    .enum(['present', 'absent'], { error: `must be present or absent\n${DUMP}` })
    .default('present')
    .describe('Whether the databases exist. `absent` removes them with their content.'),
  encoding: WORD.optional().describe(
    'The encoding of a new database, such as utf8mb4. An existing database is not changed.',
  ),
  collation: WORD.optional().describe('The collation of a new database. An existing database is not changed.'),
  ...mysqlLoginArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'mysql_db',
  summary: 'Create and remove databases of a MySQL or MariaDB server.',
  arguments: schema,
  aliases: { db: 'name', ...mysqlLoginAliases },
  foreign: {
    target: DUMP,
    single_transaction: idleAs([false], DUMP),
    quick: idle('there is no dump.'),
    ignore_tables: DUMP,
    hex_blob: idleAs([false], DUMP),
    force: idle('there is no dump.'),
    master_data: idleAs([0], DUMP),
    skip_lock_tables: idleAs([false], DUMP),
    dump_extra_args: DUMP,
    use_shell: idle('there is no dump.'),
    unsafe_login_password: idle('the password is not in a command line.'),
    restrict_config_file: idle('there is no dump.'),
    config_overrides_defaults: idle('the arguments of the task take precedence over the file.'),
    check_hostname: 'Write ssl-verify-server-cert into config_file, below [client].',
    chdir: idle('no file is read.'),
    pipefail: idle('there is no dump.'),
    sql_log_bin: idleAs([true], 'Leave it out: what is made here is also made on replicas.'),
  },
  examples: ['mysql_db: { name: shop, encoding: utf8mb4 }'],
  observes: (args, _loaded, context) => args.name.map((name) => requestOf(name, args, context)),
  plan(args, _loaded, seen, context) {
    const result = { db: args.name.join(' '), db_list: args.name };
    const parts = args.name.map((name) => partOf(name, args, seen, context));
    const fault = parts.find((one): one is Impossible => 'kind' in one);
    if (fault !== undefined) return fault;
    const changes = parts.filter((one): one is Part => !('kind' in one) && one.statement !== undefined);
    if (changes.length === 0) return { kind: 'in_sync', result };
    const statements = changes.flatMap(({ statement }) => (statement === undefined ? [] : [statement]));
    return {
      kind: 'change',
      differences: changes.flatMap(({ differences }) => differences),
      certainty: changes.every(({ request }) => seen.certainty(request) === 'certain') ? 'certain' : 'after_change',
      predictions: changes.map(({ request, after }) => predict(request, { kind: 'known', state: after })),
      touches: 'predicted',
      apply: () => ({ script: mysqlScript(mysqlLogin(args, context), statements) }),
      planned: result,
    } satisfies Outcome;
  },
});

function requestOf(name: string, args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<MysqlDatabase>> {
  return mysqlDatabase(mysqlLogin(args, context), name);
}

interface Part {
  readonly request: Request<SqlDetail, SqlAnswer<MysqlDatabase>>;
  readonly differences: readonly Difference[];
  /** The SQL statement that makes the change. Undefined if the database already has the wanted state. */
  readonly statement: string | undefined;
  readonly after: MysqlDatabase;
}

function partOf(name: string, args: Arguments, seen: Seen, context: Context): Part | Impossible {
  const request = requestOf(name, args, context);
  const asked = askedOf(request, seen, MYSQL);
  if (asked.kind === 'impossible') return asked;
  const exists = asked.kind === 'known' && asked.state.exists;
  const isWanted = args.state === 'present';
  const after: MysqlDatabase = isWanted
    ? { exists: true, encoding: args.encoding, collation: args.collation }
    : { exists: false };
  if (exists === isWanted) return { request, differences: [], statement: undefined, after };
  const field = (of: string, before: string | null, value: string | null): Difference => ({
    kind: 'field',
    of: `database ${name}`,
    field: of,
    before,
    after: value,
  });
  if (!isWanted)
    return {
      request,
      differences: [field('state', 'present', 'absent')],
      statement: `DROP DATABASE ${mysqlName(name)};`,
      after,
    };
  const options = [
    ...(args.encoding === undefined ? [] : [` CHARACTER SET ${args.encoding}`]),
    ...(args.collation === undefined ? [] : [` COLLATE ${args.collation}`]),
  ];
  return {
    request,
    differences: [
      field('state', 'absent', 'present'),
      ...(args.encoding === undefined ? [] : [field('encoding', null, args.encoding)]),
      ...(args.collation === undefined ? [] : [field('collation', null, args.collation)]),
    ],
    statement: `CREATE DATABASE ${mysqlName(name)}${options.join('')};`,
    after,
  };
}
