import { createHash } from 'node:crypto';
import { ANY, type MysqlAccount, type MysqlTls, storedDigest } from '../../resources/mysql-account.ts';
import { sqlText } from '../../resources/sql/sql-quote.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Difference } from '../base/module.ts';
import { grantStatements, grantSteps, wantedGrants } from './mysql-privileges.ts';

interface Given {
  readonly name: string;
  readonly password?: string | Secret | undefined;
  readonly encrypted: boolean;
  readonly update_password: 'always' | 'on_create';
  readonly plugin?: string | undefined;
  readonly plugin_hash_string?: string | Secret | undefined;
  readonly plugin_auth_string?: string | Secret | undefined;
  readonly priv?: string | Readonly<Record<string, string>> | undefined;
  readonly append_privs: boolean;
  readonly subtract_privs: boolean;
  readonly tls_requires?: Readonly<Record<string, unknown>> | undefined;
  readonly resource_limits?: Readonly<Record<string, number>> | undefined;
}

/** A part of the change of one account. */
export interface AccountPart {
  readonly differences: readonly Difference[];
  readonly statements: readonly string[];
  readonly after: Partial<MysqlAccount>;
  /** False if the change may not be needed. */
  readonly isSure?: boolean;
}

export interface Situation {
  readonly isNew: boolean;
  readonly isMariaDb: boolean;
}

const NATIVE = 'mysql_native_password';
const NO_TLS: MysqlTls = { type: '', cipher: '', issuer: '', subject: '' };

/** The state of an account that does not exist yet. */
export function newAccount(host: string): MysqlAccount {
  return { host, plugin: ANY, digest: ANY, tls: NO_TLS, limits: {}, grants: {} };
}

/** Returns the account as SQL writes it: `'app'@'localhost'`. */
export function accountName(name: string, host: string): string {
  return `${sqlText(name)}@${sqlText(host)}`;
}

/** Returns the parts of the change that gives the account its wanted state. */
export function accountParts(args: Given, account: MysqlAccount, situation: Situation): readonly AccountPart[] {
  const name = accountName(args.name, account.host);
  const field = (of: string, before: string | null, after: string | null): Difference => ({
    kind: 'field',
    of: `account ${args.name}@${account.host}`,
    field: of,
    before,
    after,
  });
  const login = loginOf(args, account, situation);
  const identified = login === undefined ? '' : ` ${login.sql}`;
  const made: readonly AccountPart[] = situation.isNew
    ? [
        {
          differences: [
            field('state', 'absent', 'present'),
            ...(login === undefined ? [] : [field('logs in by', null, login.shown)]),
          ],
          statements: [`CREATE USER ${name}${identified};`],
          after: login?.after ?? {},
        },
      ]
    : login === undefined
      ? []
      : [
          {
            differences: [field('logs in by', login.before, login.shown)],
            statements: [`ALTER USER ${name}${identified};`],
            after: login.after,
            isSure: login.isSure,
          },
        ];
  return [
    ...made,
    ...tlsParts(args, account, name, field),
    ...limitParts(args, account, name, field),
    ...grantParts(args, account, name, field),
  ];
}

type Field = (of: string, before: string | null, after: string | null) => Difference;

interface Login {
  readonly sql: string;
  readonly before: string;
  readonly shown: string;
  readonly after: Pick<MysqlAccount, 'plugin' | 'digest'>;
  readonly isSure: boolean;
}

/** Returns the wanted way to log in. Undefined if the account already has it, or if the task does not set it. */
function loginOf(args: Given, account: MysqlAccount, { isNew, isMariaDb }: Situation): Login | undefined {
  if (!isNew && args.update_password === 'on_create') return undefined;
  const password = revealed(args.password);
  if (password !== undefined && password !== '') {
    const hash = args.encrypted ? password.toUpperCase() : nativeHash(password);
    const digest = storedDigest(hash);
    if (account.digest === digest && account.plugin === NATIVE) return undefined;
    return {
      sql: `IDENTIFIED WITH ${NATIVE} AS ${sqlText(secretly(hash))}`,
      before: account.plugin === NATIVE ? 'another password' : account.plugin,
      shown: 'the password of the task',
      after: { plugin: NATIVE, digest },
      isSure: true,
    };
  }
  return args.plugin === undefined ? undefined : pluginOf({ plugin: args.plugin, isMariaDb }, args, account);
}

interface Plugin {
  readonly plugin: string;
  readonly isMariaDb: boolean;
}

/** Plugins that store the name of an account or a service in place of a password. */
const NAMING: ReadonlySet<string> = new Set(['pam', 'unix_socket', 'auth_socket']);

function pluginOf({ plugin, isMariaDb }: Plugin, args: Given, account: MysqlAccount): Login | undefined {
  const auth = revealed(args.plugin_auth_string);
  const stored = storedFor(plugin, revealed(args.plugin_hash_string), auth);
  const isNaming = NAMING.has(plugin);
  const after = { plugin, digest: stored === undefined ? ANY : storedDigest(stored) };
  const before = account.plugin === plugin ? 'another password' : account.plugin;
  if (stored !== undefined) {
    if (account.plugin === plugin && account.digest === after.digest) return undefined;
    return {
      sql: `IDENTIFIED WITH ${plugin} AS ${sqlText(isNaming ? stored : secretly(stored))}`,
      before,
      shown: isNaming ? `${plugin} ${stored}` : 'the password of the task',
      after,
      isSure: true,
    };
  }
  if (account.plugin === plugin && auth === undefined) return undefined;
  return {
    sql: `IDENTIFIED WITH ${plugin}${hashedByServer(auth, isMariaDb)}`,
    before,
    shown: auth === undefined ? plugin : 'the password of the task',
    after,
    isSure: account.plugin !== plugin,
  };
}

/** Returns the value that the server will store; undefined if only the server can know it. */
function storedFor(plugin: string, hash: string | undefined, auth: string | undefined): string | undefined {
  if (hash !== undefined) return hash;
  if (auth !== undefined && plugin === NATIVE) return nativeHash(auth);
  return NAMING.has(plugin) ? auth : undefined;
}

/** Returns SQL for a password that only the server can hash. */
function hashedByServer(password: string | undefined, isMariaDb: boolean): string {
  if (password === undefined) return '';
  const text = sqlText(secretly(password));
  return isMariaDb ? ` USING PASSWORD(${text})` : ` BY ${text}`;
}

/** Registers the text as a secret, because a message of the server may repeat the statement. */
function secretly(text: string): string {
  return Secret.of(text).reveal();
}

/** The hash of mysql_native_password: PASSWORD() in the manual of MySQL 5.7. */
function nativeHash(password: string): string {
  const once = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
}

function tlsParts(args: Given, account: MysqlAccount, name: string, field: Field): readonly AccountPart[] {
  if (args.tls_requires === undefined) return [];
  const wanted = wantedTls(args.tls_requires);
  const before = tlsWords(account.tls);
  const after = tlsWords(wanted);
  if (before === after) return [];
  return [
    {
      differences: [field('needs', before, after)],
      statements: [`ALTER USER ${name} REQUIRE ${after};`],
      after: { tls: wanted },
    },
  ];
}

function wantedTls(given: Readonly<Record<string, unknown>>): MysqlTls {
  const text = (key: string): string => (typeof given[key] === 'string' ? given[key] : '');
  const own = { cipher: text('CIPHER'), issuer: text('ISSUER'), subject: text('SUBJECT') };
  if (Object.values(own).some((one) => one !== '')) return { type: 'SPECIFIED', ...own };
  return { ...NO_TLS, type: 'X509' in given ? 'X509' : 'SSL' in given ? 'ANY' : '' };
}

function tlsWords({ type, cipher, issuer, subject }: MysqlTls): string {
  switch (type) {
    case 'ANY':
      return 'SSL';
    case 'X509':
      return 'X509';
    case 'SPECIFIED':
      return [['CIPHER', cipher] as const, ['ISSUER', issuer] as const, ['SUBJECT', subject] as const]
        .flatMap(([word, value]) => (value === '' ? [] : [`${word} ${sqlText(value)}`]))
        .join(' AND ');
    default:
      return 'NONE';
  }
}

function limitParts(args: Given, account: MysqlAccount, name: string, field: Field): readonly AccountPart[] {
  const wrong = Object.entries(args.resource_limits ?? {}).filter(
    ([limit, value]) => (account.limits[limit] ?? 0) !== value,
  );
  if (wrong.length === 0) return [];
  return [
    {
      differences: wrong.map(([limit, value]) => field(limit, String(account.limits[limit] ?? 0), String(value))),
      statements: [`ALTER USER ${name} WITH ${wrong.map(([limit, value]) => `${limit} ${value}`).join(' ')};`],
      after: { limits: { ...account.limits, ...Object.fromEntries(wrong) } },
    },
  ];
}

function grantParts(args: Given, account: MysqlAccount, name: string, field: Field): readonly AccountPart[] {
  const wanted = args.priv === undefined ? undefined : wantedGrants(args.priv);
  if (wanted?.kind !== 'grants') return [];
  const mode = args.append_privs ? 'append' : args.subtract_privs ? 'subtract' : 'exactly';
  const all = grantSteps(account.grants, wanted.grants, mode);
  // As in Ansible, root keeps its privileges for objects that the task does not name.
  const steps = args.name === 'root' ? all.filter(({ object }) => object in wanted.grants) : all;
  if (steps.length === 0) return [];
  const shown = (all: readonly string[]): string | null => (all.length === 0 ? null : all.join(', '));
  const changed = steps.map(({ object, after }) => [object, after] as const);
  const grants = Object.entries({ ...account.grants, ...Object.fromEntries(changed) }).filter(
    ([, all]) => all.length > 0,
  );
  return [
    {
      differences: steps.map(({ object, before, after }) =>
        field(`privileges on ${object}`, shown(before), shown(after)),
      ),
      statements: steps.flatMap((step) => grantStatements(step, name)),
      after: { grants: Object.fromEntries(grants) },
    },
  ];
}
