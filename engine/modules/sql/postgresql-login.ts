import { z } from 'zod';
import { quote } from '../../connection/base/quote.ts';
import { type PostgresLogin, psql, sessionOf, setUp } from '../../resources/sql/postgresql-client.ts';
import { revealed } from '../../values/base/revealed.ts';
import type { Secret } from '../../values/base/secret.ts';
import { type ForeignArgument, idle } from '../../values/habits/foreign-argument.ts';
import { filledText, path, plainText, secretText, wholeNumber } from '../base/arguments.ts';
import type { Context } from '../base/module.ts';

/** The arguments of all modules for PostgreSQL that say how to reach the server. */
export const postgresLoginArguments = {
  login_user: filledText()
    .default('postgres')
    .describe(
      'The account on the server. Over the socket, the server usually lets in only the user of the host with the same name: set become_user.',
    ),
  login_password: secretText()
    .default('')
    .describe('The password of the account. No argument of a process contains it.'),
  login_host: plainText().default('').describe('The host of the server. Default: the socket of this host.'),
  login_unix_socket: plainText()
    .default('')
    .describe(
      'The directory of the socket. Default: the directory that psql uses. It takes precedence over login_host: localhost.',
    ),
  login_port: wholeNumber({ min: 1, max: 65_535 })
    .default(5432)
    .describe('The port. The name of the socket contains it too.'),
  ssl_mode: z
    .enum(['allow', 'disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
    .default('prefer')
    .describe('Whether the connection is encrypted and the server verified: sslmode of libpq.'),
  ca_cert: path()
    .optional()
    .describe('The file on the host with the certificates of authorities that verify the server.'),
  ssl_cert: path().optional().describe('The certificate of the account on the host.'),
  ssl_key: path().optional().describe('The key of ssl_cert on the host.'),
  connect_params: z
    .record(
      z.string().regex(/^(?!password$)[a-z_]+$/, 'must be a parameter of libpq other than password'),
      z.union([z.string(), z.number()]),
    )
    .default({})
    .describe('Further parameters of libpq. They take precedence over the other arguments.'),
  session_role: filledText()
    .optional()
    .describe('The role that the session takes (SET ROLE) before all other statements.'),
} as const;

interface Given {
  readonly login_user: string;
  readonly login_password: string | Secret;
  readonly login_host: string;
  readonly login_unix_socket: string;
  readonly login_port: number;
  readonly ssl_mode: string;
  readonly ca_cert?: string | undefined;
  readonly ssl_cert?: string | undefined;
  readonly ssl_key?: string | undefined;
  readonly connect_params: Readonly<Record<string, string | number>>;
  readonly session_role?: string | undefined;
}

/** Other names of these arguments in Ansible's collection. */
export const postgresLoginAliases = {
  login: 'login_user',
  host: 'login_host',
  unix_socket: 'login_unix_socket',
  port: 'login_port',
  ssl_rootcert: 'ca_cert',
} as const;

export const foreignPostgresArguments: Readonly<Record<string, ForeignArgument>> = {
  trust_input: idle('names and values are always quoted.'),
};

/** Returns the login of a task. `database`: the database of the session. */
export function postgresLogin(args: Given, database: string, { preamble }: Pick<Context, 'preamble'>): PostgresLogin {
  const { login_password: password } = args;
  return {
    user: args.login_user,
    password: revealed(password),
    // As in the collection, a socket wins over localhost.
    host: args.login_host === 'localhost' && args.login_unix_socket !== '' ? '' : args.login_host,
    socket: args.login_unix_socket,
    port: args.login_port,
    database,
    role: args.session_role,
    variables: {
      PGSSLMODE: args.ssl_mode === 'prefer' ? '' : args.ssl_mode,
      PGSSLROOTCERT: args.ca_cert ?? '',
      PGSSLCERT: args.ssl_cert ?? '',
      PGSSLKEY: args.ssl_key ?? '',
    },
    parameters: Object.fromEntries(Object.entries(args.connect_params).map(([name, value]) => [name, String(value)])),
    preamble,
  };
}

/**
 * Returns a script that runs SQL statements. With `isWhole`, they are one transaction: all of them take effect, or
 * none. No argument of a process contains them.
 */
export function postgresScript(login: PostgresLogin, statements: readonly string[], isWhole = true): string {
  const lines = isWhole ? ['BEGIN;', ...statements, 'COMMIT;'] : statements;
  const text = [sessionOf(login), ...lines].join('\n');
  return `${setUp(login)}\nprintf '%s\\n' ${quote(text)} | ${psql(login)} >&2\n`;
}
