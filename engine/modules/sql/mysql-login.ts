import { z } from 'zod';
import type { MysqlLogin } from '../../resources/sql/mysql-client.ts';
import { revealed } from '../../values/base/revealed.ts';
import type { Secret } from '../../values/base/secret.ts';
import { boolean, filledText, path, secretText, wholeNumber } from '../base/arguments.ts';
import type { Context } from '../base/module.ts';

/** The arguments of all modules for MySQL and MariaDB that say how to reach the server. */
export const mysqlLoginArguments = {
  login_user: filledText()
    .optional()
    .describe(
      'The account on the server. Default: the account in config_file, otherwise root. MariaDB lets root in without a password if the connection is over the socket.',
    ),
  login_password: secretText()
    .optional()
    .describe('The password of the account. No argument of a process contains it.'),
  login_host: filledText().default('localhost').describe('The host of the server. localhost means its socket.'),
  login_port: wholeNumber({ min: 1, max: 65_535 }).default(3306).describe('The port, if login_host is not localhost.'),
  login_unix_socket: path().optional().describe('The socket of the server. Default: the socket that the client uses.'),
  connect_timeout: wholeNumber({ min: 1 }).default(30).describe('The time in seconds to reach the server.'),
  config_file: z
    .union([z.literal(''), path()], {
      error: 'must be an absolute path\nBegin it with a slash, or write "" for no file.',
    })
    .optional()
    .describe('A file on the host with options of the client. Default: ~/.my.cnf, if it exists; an empty text: none.'),
  ca_cert: path()
    .optional()
    .describe('The file on the host with the certificates of authorities that verify the server.'),
  client_cert: path().optional().describe('The certificate of the account on the host.'),
  client_key: path().optional().describe('The key of client_cert on the host.'),
  check_implicit_admin: boolean()
    .default(false)
    .describe('Whether to try root without a password before login_user. Use it for a server that was just installed.'),
} as const;

interface Given {
  readonly login_user?: string | undefined;
  readonly login_password?: string | Secret | undefined;
  readonly login_host: string;
  readonly login_port: number;
  readonly login_unix_socket?: string | undefined;
  readonly connect_timeout: number;
  readonly config_file?: string | undefined;
  readonly ca_cert?: string | undefined;
  readonly client_cert?: string | undefined;
  readonly client_key?: string | undefined;
  readonly check_implicit_admin: boolean;
}

/** Other names of these arguments in Ansible's collection. */
export const mysqlLoginAliases = { ssl_ca: 'ca_cert', ssl_cert: 'client_cert', ssl_key: 'client_key' } as const;

/** Returns the login of a task. */
export function mysqlLogin(args: Given, { preamble }: Pick<Context, 'preamble'>): MysqlLogin {
  const { login_password: password } = args;
  const files = { 'ssl-ca': args.ca_cert, 'ssl-cert': args.client_cert, 'ssl-key': args.client_key };
  return {
    user: args.login_user,
    password: revealed(password),
    host: args.login_host,
    socket: args.login_unix_socket,
    port: args.login_port,
    timeout: args.connect_timeout,
    configFile: args.config_file,
    options: Object.fromEntries(
      Object.entries(files).flatMap(([name, file]) => (file === undefined ? [] : [[name, file]])),
    ),
    triesRoot: args.check_implicit_admin,
    preamble,
  };
}
