import { quote } from '../../connection/base/quote.ts';
import { SEPARATOR, type SqlClient } from './sql-answer.ts';

/** How to reach a MySQL or MariaDB server. For undefined fields, the configuration of the client decides. */
export interface MysqlLogin {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly host: string;
  readonly socket: string | undefined;
  readonly port: number;
  readonly timeout: number;
  /** A file with options of the client; empty: none; undefined: ~/.my.cnf. */
  readonly configFile: string | undefined;
  /** Further options, by name. */
  readonly options: Readonly<Record<string, string>>;
  /** Whether root without a password is tried before the account. */
  readonly triesRoot: boolean;
  readonly preamble: string;
}

/** Returns the client for questions about the server. */
export function mysqlClient(login: MysqlLogin): SqlClient {
  return {
    ...clientOf(login),
    command: `${ASK} --force`,
    preamble: PLAIN_TEXTS,
    separator: `SELECT '${SEPARATOR}';`,
  };
}

/**
 * Returns a client for questions in two steps: the rows of a question are the SQL of the second step, which gives the
 * answer. In the second step, a backslash in a string is an escape, because QUOTE() writes its result in this way.
 */
export function mysqlClientInSteps(login: MysqlLogin): SqlClient {
  return {
    ...clientOf(login),
    command: `${ASK} --raw | ${ASK} --force`,
    preamble: `${PLAIN_TEXTS}\nSELECT 'SET SESSION sql_mode = '''';';`,
    separator: `SELECT 'SELECT ''${SEPARATOR}'';';`,
  };
}

/** SQL that makes a backslash in a string an ordinary character. */
const PLAIN_TEXTS = "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES';";
const ASK = 'ask_mysql';

function clientOf(login: MysqlLogin): Omit<SqlClient, 'command' | 'preamble' | 'separator'> {
  const address = `${encodeURIComponent(login.host === 'localhost' ? (login.socket ?? login.host) : login.host)}:${login.port}`;
  return {
    server: `${encodeURIComponent(login.user ?? '')}@${address}`,
    database: undefined,
    setUp: setUp(login),
    asksForDatabase: undefined,
    rowOf: unescaped,
    // These are the numbers of the errors of a failed login.
    isLoginFailure: (_status, message) => /^ERROR (?:1045|1049|1129|1130|1203|1698|2[0-9]{3}) /m.test(message),
  };
}

/** Decodes a line of the client's output: a row is one line, with escapes. */
function unescaped(line: string): string {
  return line.replace(/\\([0nt\\])/g, (_, one: string) => ({ '0': '\0', n: '\n', t: '\t' })[one] ?? one);
}

/** Returns shell text that runs SQL statements until one fails. No argument of a process contains them. */
export function mysqlScript(login: MysqlLogin, statements: readonly string[]): string {
  const text = [PLAIN_TEXTS, ...statements].join('\n');
  return `${setUp(login)}\nprintf '%s\\n' ${quote(text)} | ${ASK} >&2\n`;
}

/**
 * Returns shell text that defines the function `ask_mysql`, which runs the client. The client reads its options from
 * file descriptor 4 (a here-document), which only this process can read: no argument, and no file that has a name,
 * contains a password. The client gets an empty home, so that ~/.my.cnf does not override the task.
 */
function setUp(login: MysqlLogin): string {
  const file = login.configFile === undefined ? '"$HOME/.my.cnf"' : quote(login.configFile);
  const include = login.configFile === '' ? '' : `\n  ! [ -r ${file} ] || printf '!include %s\\n' ${file}`;
  const given = (isRoot: boolean): string =>
    optionLines(isRoot ? { ...login, user: 'root', password: '' } : login)
      .map(quote)
      .join(' ');
  const implicit = login.triesRoot
    ? `
mysql_options_given=$mysql_options
mysql_options=$(printf '%s\\n' '[client]' ${given(true)})
printf 'SELECT 1;\\n' | ${ASK} >/dev/null 2>&1 || mysql_options=$mysql_options_given`
    : '';
  return `${login.preamble}cd /; mysql_program=$(command -v mysql || command -v mariadb) || mysql_program=mysql
mysql_options=$(
  printf '[client]\\nuser=root\\n'${include}
  printf '%s\\n' '[client]' ${given(false)}
)
${ASK}() {
  HOME=/nonexistent "$mysql_program" --defaults-extra-file=/dev/fd/4 --skip-column-names --batch --binary-mode --default-character-set=utf8mb4 "$@" 4<<E
$mysql_options
E
}${implicit}`;
}

function optionLines(login: MysqlLogin): readonly string[] {
  const isLocal = login.host === 'localhost';
  const given: readonly (readonly [string, string | undefined])[] = [
    ['user', login.user],
    ['password', login.password],
    ['host', isLocal ? undefined : login.host],
    ['port', isLocal ? undefined : String(login.port)],
    ['socket', isLocal ? login.socket : undefined],
    ['connect-timeout', String(login.timeout)],
    ...Object.entries(login.options),
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${optionText(value)}`]));
}

/** Writes the value of an option: "Using Option Files" in the manual of MySQL. */
function optionText(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
