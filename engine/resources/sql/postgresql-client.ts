import { quote } from '../../connection/base/quote.ts';
import { SEPARATOR, type SqlClient } from './sql-answer.ts';
import { postgresName, sqlText } from './sql-quote.ts';

/** How to reach a PostgreSQL server. For empty texts, the defaults of psql are used. */
export interface PostgresLogin {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  /** The directory of the socket, if there is no host. */
  readonly socket: string;
  readonly port: number;
  readonly database: string;
  /** The role that the session takes. */
  readonly role: string | undefined;
  /** Further variables of libpq: `PGSSLMODE`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Further parameters of libpq, which take precedence. They are not secret. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Shell text that sets the environment of the task. */
  readonly preamble: string;
}

/** The exit status of psql if it cannot connect: psql(1). */
const NO_CONNECTION = 2;

/** Returns the client for a login. `isOfServer`: the question is not about the database of the login. */
export function postgresClient(login: PostgresLogin, isOfServer: boolean): SqlClient {
  const { user, host, socket, port, database } = login;
  const address = `${encodeURIComponent(host === '' ? socket : host)}:${port}`;
  return {
    server: `${encodeURIComponent(user)}@${address}`,
    database: isOfServer ? undefined : database,
    setUp: setUp(login),
    command: psql(login),
    preamble: `${sessionOf(login)}\n\\set ON_ERROR_STOP off`,
    separator: `\\echo ${SEPARATOR}`,
    asksForDatabase: isOfServer ? undefined : asksFor(login),
    rowOf: (line) => line,
    isLoginFailure: (status) => status === NO_CONNECTION,
  };
}

/** Returns SQL for the beginning of a session. It makes a backslash in a string an ordinary character. */
export function sessionOf({ role }: PostgresLogin): string {
  const settings = 'SET standard_conforming_strings = on; SET client_min_messages = warning;';
  return role === undefined ? settings : `${settings} SET ROLE ${postgresName(role)};`;
}

/**
 * Returns shell text that sets the variables of libpq: only the environment of psql contains the password, and no
 * argument does. The working directory becomes one that every account may enter.
 */
export function setUp({ user, password, host, socket, port, database, variables, preamble }: PostgresLogin): string {
  const all: Readonly<Record<string, string>> = {
    PGUSER: user,
    PGPASSWORD: password,
    PGHOST: host === '' ? socket : host,
    PGPORT: String(port),
    PGDATABASE: database,
    PGCONNECT_TIMEOUT: '10',
    PGCLIENTENCODING: 'UTF8',
    PGAPPNAME: 'runbook',
    ...variables,
  };
  const filled = Object.entries(all).filter(([, value]) => value !== '');
  const words = filled.map(([name, value]) => `${name}=${quote(value)}`).join(' ');
  return `${preamble}cd /; ${words}; export ${filled.map(([name]) => name).join(' ')}`;
}

/** Returns the command that reads SQL from stdin. It never asks for a password, and ends at the first error. */
export function psql({ parameters }: PostgresLogin): string {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name}='${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
  return `psql -X -q -A -t -w -v ON_ERROR_STOP=1${text === '' ? '' : ` -d ${quote(text)}`}`;
}

function asksFor(login: PostgresLogin): string {
  const text = `SELECT 'missing' WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${sqlText(login.database)});`;
  return `PGDATABASE=postgres; printf '%s\\n' ${quote(text)} | ${psql({ ...login, parameters: {} })} 2>/dev/null`;
}
