import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { ACCOUNT_LIMITS, type MysqlAccount, type MysqlAccounts, mysqlAccounts } from '../resources/mysql-account.ts';
import { mysqlScript } from '../resources/sql/mysql-client.ts';
import type { SqlAnswer, SqlDetail } from '../resources/sql/sql-answer.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, filledText, plainText, secretText, wholeNumber } from './base/arguments.ts';
import { type Context, type Difference, type Outcome, defineModule } from './base/module.ts';
import { type AccountPart, accountName, accountParts, newAccount } from './sql/mysql-account-parts.ts';
import { mysqlLogin, mysqlLoginAliases, mysqlLoginArguments } from './sql/mysql-login.ts';
import { wantedGrants } from './sql/mysql-privileges.ts';
import { MYSQL, askedOf } from './sql/sql-obstacle.ts';

const schema = z
  .strictObject({
    name: plainText().describe('The name of the account. An empty name is the anonymous account.'),
    host: filledText()
      .default('localhost')
      .describe('The host from which the account may log in: a name, an address, or a pattern such as %.'),
    host_all: boolean()
      .default(false)
      .describe(
        'Whether the task changes all existing accounts with this name, for any host. It then creates no account.',
      ),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the account exists.'),
    password: secretText()
      .optional()
      .describe('The password for mysql_native_password. Only its hash is sent to the server.'),
    encrypted: boolean().default(false).describe('Whether password is already the hash: * and 40 hexadecimal digits.'),
    update_password: z
      .enum(['always', 'on_create'], {
        error: 'must be always or on_create\nGive the password: a hash can be given too, with encrypted: true.',
      })
      .default('always')
      .describe('Whether the password of an existing account is set.'),
    plugin: alsoDigits(z.string().regex(/^[A-Za-z0-9_]+$/, 'must be the name of a plugin, such as unix_socket'))
      .optional()
      .describe('The authentication plugin of the account.'),
    plugin_hash_string: secretText()
      .optional()
      .describe('The value that the server stores for plugin, such as a hash.'),
    plugin_auth_string: secretText()
      .optional()
      .describe(
        'The password for plugin. The server hashes it, so a plan cannot tell whether it is already set, except with unix_socket and pam.',
      ),
    priv: z
      .union([plainText(), z.record(z.string(), plainText())])
      .optional()
      .describe(
        'Privileges: "shop.*:SELECT,INSERT/other.t:ALL,GRANT", or a map of these. Without append_privs or subtract_privs, the account gets exactly these privileges, and root also keeps its other ones.',
      ),
    append_privs: boolean().default(false).describe('Whether the account keeps its other privileges.'),
    subtract_privs: boolean().default(false).describe('Whether the privileges in priv are revoked.'),
    tls_requires: z
      .strictObject({
        SSL: z.unknown().optional().describe('Any TLS connection. The value has no meaning.'),
        X509: z.unknown().optional().describe('A valid certificate. The value has no meaning.'),
        SUBJECT: filledText().optional().describe('The subject of the certificate.'),
        ISSUER: filledText().optional().describe('The issuer of the certificate.'),
        CIPHER: filledText().optional().describe('The cipher.'),
      })
      .optional()
      .describe(
        'Requirements for the connection: SSL, X509, or SUBJECT, ISSUER and CIPHER. An empty map: no requirements.',
      ),
    resource_limits: z
      .partialRecord(z.enum(Object.keys(ACCOUNT_LIMITS) as (keyof typeof ACCOUNT_LIMITS)[]), wholeNumber())
      .optional()
      .describe(`Limits of the account: ${Object.keys(ACCOUNT_LIMITS).join(', ')}.`),
    sql_log_bin: boolean()
      .default(true)
      .describe('Whether the change is written to the binary log, so that replicas make it too.'),
    ...mysqlLoginArguments,
  })
  .superRefine((args, context) => {
    const add = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (args.append_privs && args.subtract_privs) add('subtract_privs', 'cannot be given together with append_privs');
    if (args.password !== undefined && args.plugin !== undefined)
      add(
        'password',
        'cannot be given together with plugin\nGive plugin_auth_string for another plugin than mysql_native_password.',
      );
    const grants = args.priv === undefined ? undefined : wantedGrants(args.priv);
    if (grants?.kind === 'fault')
      add(
        'priv',
        `must be objects with privileges, and "${grants.part}" is not one\nWrite "shop.*:SELECT,INSERT", parts divided by a slash.`,
      );
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'mysql_user',
  summary: 'Create, change and remove accounts of a MySQL or MariaDB server, with their privileges.',
  arguments: schema,
  aliases: { user: 'name', ...mysqlLoginAliases },
  foreign: {
    column_case_sensitive: idle('names of columns are compared without regard to case.'),
    salt: 'Give plugin_hash_string.',
    password_expire: 'Write check: with mysql -e and a query, and apply: mysql -e "ALTER USER … PASSWORD EXPIRE …".',
    password_expire_interval: 'Write it into the command of password_expire.',
    locked: idleAs([null], 'Write check: with mysql -e and a query, and apply: mysql -e "ALTER USER … ACCOUNT LOCK".'),
    attributes: 'Write check: with mysql -e and a query, and apply: mysql -e "ALTER USER … ATTRIBUTE …".',
    session_vars: 'Write the settings into config_file, below [client]: init-command.',
    force_context: idleAs([false], 'Leave it out: no database is used by the session.'),
    check_hostname: 'Write ssl-verify-server-cert into config_file, below [client].',
  },
  examples: [
    'mysql_user: { name: shop, password: "{{shop_password}}", priv: "shop.*:ALL" }',
    'mysql_user: { name: "", host_all: true, state: absent }',
  ],
  observes: (args, _loaded, context) => [requestOf(args, context)],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function requestOf(args: Arguments, context: Context): Request<SqlDetail, SqlAnswer<MysqlAccounts>> {
  return mysqlAccounts(mysqlLogin(args, context), args.name);
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = requestOf(args, context);
  const asked = askedOf(request, seen, MYSQL);
  if (asked.kind === 'impossible') return asked;
  // A server that is not installed yet does not have the account.
  const state: MysqlAccounts = asked.kind === 'known' ? asked.state : { isMariaDb: true, accounts: [] };
  const result = { user: args.name };
  const steps = args.state === 'absent' ? removals(args, state) : changes(args, state);
  if (steps.statements.length === 0) return { kind: 'in_sync', result };
  const before = args.sql_log_bin ? [] : ['SET SESSION sql_log_bin = 0;'];
  return {
    kind: 'change',
    differences: steps.differences,
    certainty: steps.isOpaque ? 'opaque' : seen.certainty(request),
    predictions: [predict(request, { kind: 'known', state: { ...state, accounts: steps.after } })],
    touches: 'predicted',
    apply: () => ({ script: mysqlScript(mysqlLogin(args, context), [...before, ...steps.statements]) }),
    planned: result,
  };
}

interface Steps {
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
  readonly after: readonly MysqlAccount[];
  readonly isOpaque?: boolean;
}

/** Returns whether the task is about this account. Upper and lower case of the host are equal. */
function isMeant(args: Arguments, { host }: MysqlAccount): boolean {
  return args.host_all || host.toLowerCase() === args.host.toLowerCase();
}

function removals(args: Arguments, { accounts }: MysqlAccounts): Steps {
  const gone = accounts.filter((one) => isMeant(args, one));
  return {
    differences: gone.map(({ host }) => ({
      kind: 'field',
      of: `account ${args.name}@${host}`,
      field: 'state',
      before: 'present',
      after: 'absent',
    })),
    statements: gone.map(({ host }) => `DROP USER ${accountName(args.name, host)};`),
    after: accounts.filter((one) => !isMeant(args, one)),
  };
}

function changes(args: Arguments, state: MysqlAccounts): Steps {
  const meant = state.accounts.filter((one) => isMeant(args, one));
  const isNew = meant.length === 0 && !args.host_all;
  const all = (isNew ? [newAccount(args.host)] : meant).map((account) => ({
    account,
    parts: accountParts(args, account, { isNew, isMariaDb: state.isMariaDb }),
  }));
  const parts: readonly AccountPart[] = all.flatMap((one) => one.parts);
  const changed = new Map(
    all.map(({ account, parts: own }) => [
      account.host,
      own.reduce((last, part) => ({ ...last, ...part.after }), account),
    ]),
  );
  const others = state.accounts.map((account) => changed.get(account.host) ?? account);
  return {
    differences: parts.flatMap(({ differences }) => differences),
    statements: parts.flatMap(({ statements }) => statements),
    after: isNew ? [...others, ...changed.values()] : others,
    isOpaque: parts.length > 0 && parts.every(({ isSure }) => isSure === false),
  };
}
