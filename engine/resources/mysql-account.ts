import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Request } from './base/resource.ts';
import { type MysqlLogin, mysqlClientInSteps } from './sql/mysql-client.ts';
import { type MysqlGrants, grantsIn } from './sql/mysql-grants.ts';
import { type SqlAnswer, type SqlDetail, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** The accounts of one name on a MySQL or MariaDB server, one for each host that may log in. */
export interface MysqlAccounts {
  readonly isMariaDb: boolean;
  readonly accounts: readonly MysqlAccount[];
}

export interface MysqlAccount {
  readonly host: string;
  readonly plugin: string;
  /** The SHA-256 (hex) of the stored password; empty: the server stores none. */
  readonly digest: string;
  readonly tls: MysqlTls;
  /** Limits by their names in SQL: MAX_QUERIES_PER_HOUR. */
  readonly limits: Readonly<Record<string, number>>;
  readonly grants: MysqlGrants;
}

/** The demands of an account on its connections. */
export interface MysqlTls {
  /** The value in mysql.user: '', ANY, X509 or SPECIFIED. */
  readonly type: string;
  readonly cipher: string;
  readonly issuer: string;
  readonly subject: string;
}

const SERVER = z.object({ version: z.string() });
const ACCOUNT = z.object({
  host: z.string(),
  plugin: z.string(),
  auth: z.string().nullable(),
  tls: z.object({ type: z.string(), cipher: z.string(), issuer: z.string(), subject: z.string() }),
  limits: z.record(z.string(), z.number()),
});

const accounts = sqlKind<MysqlAccounts>({
  name: 'mysql_accounts',
  decode(value, lines) {
    const found: { account: z.infer<typeof ACCOUNT>; grants: string[] }[] = [];
    for (const line of lines) {
      if (line.startsWith('{')) found.push({ account: ACCOUNT.parse(JSON.parse(line)), grants: [] });
      else if (line !== '') found.at(-1)?.grants.push(line);
    }
    return {
      isMariaDb: SERVER.parse(value).version.includes('MariaDB'),
      accounts: found.map(({ account: { auth, ...account }, grants }) => ({
        ...account,
        digest: storedDigest(auth ?? ''),
        grants: grantsIn(grants),
      })),
    };
  },
  disagreement(predicted, seen) {
    for (const account of predicted.accounts) {
      const there = seen.accounts.find(({ host }) => host === account.host);
      if (there === undefined) return `does not exist for the host ${account.host}`;
      const sentence = accountDisagreement(account, there);
      if (sentence !== undefined) return sentence;
    }
    const extra = seen.accounts.find(({ host }) => !predicted.accounts.some((one) => one.host === host));
    return extra === undefined ? undefined : `still exists for the host ${extra.host}`;
  },
});

/** Returns the digest of a password in the form in which a server stores it. */
export function storedDigest(stored: string): string {
  return stored === '' ? '' : createHash('sha256').update(stored).digest('hex');
}

/** A digest or a plugin that is unknown in a prediction. */
export const ANY = 'any';

function accountDisagreement(predicted: MysqlAccount, seen: MysqlAccount): string | undefined {
  if (predicted.plugin !== ANY && predicted.plugin !== seen.plugin)
    return `logs in by ${seen.plugin}, should by ${predicted.plugin}`;
  if (predicted.digest !== ANY && predicted.digest !== seen.digest)
    return 'has another password than the one that was set';
  const tls = (['type', 'cipher', 'issuer', 'subject'] as const).find((one) => predicted.tls[one] !== seen.tls[one]);
  if (tls !== undefined) return `needs TLS ${tls} ${seen.tls[tls]}, should need ${predicted.tls[tls]}`;
  const limit = Object.entries(predicted.limits).find(([name, value]) => seen.limits[name] !== value);
  if (limit !== undefined) return `has not the limit ${limit[0]} ${limit[1]}`;
  const objects = [...new Set([...Object.keys(predicted.grants), ...Object.keys(seen.grants)])];
  const wrong = objects.find((object) => listed(predicted.grants[object]) !== listed(seen.grants[object]));
  return wrong === undefined
    ? undefined
    : `has ${listed(seen.grants[wrong])} on ${wrong}, should have ${listed(predicted.grants[wrong])}`;
}

function listed(privileges: readonly string[] = []): string {
  return privileges.length === 0 ? 'nothing' : privileges.join(', ');
}

/** The limits of an account in SQL, each with its column in mysql.user. */
export const ACCOUNT_LIMITS = {
  MAX_QUERIES_PER_HOUR: 'max_questions',
  MAX_UPDATES_PER_HOUR: 'max_updates',
  MAX_CONNECTIONS_PER_HOUR: 'max_connections',
  MAX_USER_CONNECTIONS: 'max_user_connections',
} as const;

/** Asks for all accounts of a name. The grants of each follow it. */
export function mysqlAccounts(login: MysqlLogin, name: string): Request<SqlDetail, SqlAnswer<MysqlAccounts>> {
  const text = (column: string): string => `COALESCE(CONVERT(${column} USING utf8mb4), '')`;
  const limits = Object.entries(ACCOUNT_LIMITS).map(([limit, column]) => `'${limit}', ${column}`);
  const row = `JSON_OBJECT('host', Host, 'plugin', plugin, 'auth', ${text('authentication_string')},
  'tls', JSON_OBJECT('type', ${text('ssl_type')}, 'cipher', ${text('ssl_cipher')}, 'issuer', ${text('x509_issuer')}, 'subject', ${text('x509_subject')}),
  'limits', JSON_OBJECT(${limits.join(', ')}))`;
  const query = `SELECT CONCAT('SELECT ', QUOTE(JSON_OBJECT('version', VERSION())), ';');
SELECT CONCAT('SELECT ', QUOTE(${row}), '; SHOW GRANTS FOR ', QUOTE(User), '@', QUOTE(Host), ';')
FROM mysql.user WHERE BINARY User = ${sqlText(name)} ORDER BY Host;`;
  return sqlRequest(accounts, [name], { client: mysqlClientInSteps(login), query });
}
