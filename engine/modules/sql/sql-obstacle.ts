import type { Request, Seen } from '../../resources/base/resource.ts';
import type { SqlAnswer } from '../../resources/sql/sql-answer.ts';
import type { Impossible } from '../base/module.ts';

/** A kind of database server, and the remedies if it cannot be asked. */
export interface SqlServer {
  /** `PostgreSQL`. */
  readonly name: string;
  /** A task that installs the client: `package: { name: postgresql-client }`. */
  readonly client: { readonly program: string; readonly task: string };
  /** A task that starts the server. */
  readonly start: string;
  /** Returns the remedy for a message of the client; undefined if the only known remedy is to start the server. */
  remedyFor(message: string): string | undefined;
}

export type Asked<State> =
  | { readonly kind: 'known'; readonly state: State; readonly certainty: 'certain' | 'after_change' }
  /** An earlier change of the plan will install or create the server, the database or the client. */
  | { readonly kind: 'to_come' }
  | Impossible;

/** Returns the answer to a request, or the reason why there is no answer. */
export function askedOf<State, Detail>(
  request: Request<Detail, SqlAnswer<State>>,
  seen: Seen,
  server: SqlServer,
): Asked<State> {
  const answer = seen.of(request);
  const certainty = seen.certainty(request);
  if (answer.kind === 'known') return { kind: 'known', state: answer.state, certainty };
  return certainty === 'after_change' ? { kind: 'to_come' } : obstacle(answer, server);
}

function obstacle(answer: Exclude<SqlAnswer<unknown>, { kind: 'known' }>, server: SqlServer): Impossible {
  switch (answer.kind) {
    case 'no_client':
      return {
        kind: 'impossible',
        what: `this host has no ${server.client.program}`,
        remedy: `Install it with a task before this one: ${server.client.task}.`,
      };
    case 'unanswered':
      return {
        kind: 'impossible',
        what: `${server.name} cannot be reached`,
        why: answer.why,
        remedy: server.remedyFor(answer.why) ?? `Start it with a task before this one: ${server.start}.`,
      };
    case 'refused':
      return {
        kind: 'impossible',
        what: `${server.name} does not answer a query`,
        why: answer.why,
        remedy: server.remedyFor(answer.why) ?? 'Give a login that may read the catalogs of the server: login_user.',
      };
    case 'no_database':
      return {
        kind: 'impossible',
        what: 'the server has no such database',
        remedy: 'Correct login_db, or make the database with a task before this one.',
      };
  }
}

export const POSTGRES: SqlServer = {
  name: 'PostgreSQL',
  client: { program: 'psql', task: 'package: { name: postgresql-client }' },
  start: 'service: { name: postgresql, state: started }',
  remedyFor(message) {
    if (message.includes('Peer authentication failed'))
      return 'Run the task as the user of that name: become: true, become_user: postgres. Or give login_host and login_password.';
    if (/password authentication failed|no password supplied/.test(message))
      return 'Correct login_user and login_password.';
    if (message.includes('no pg_hba.conf entry'))
      return 'Let the account in: add a line to pg_hba.conf of the server, and reload it.';
    if (/role (?:(?!role ).)* does not exist/.test(message)) return 'Correct login_user: name a role of the server.';
    if (/invalid input syntax|date\/time field/.test(message))
      return 'Correct expires: write "2030-01-31", or infinity.';
    return undefined;
  },
};

export const MYSQL: SqlServer = {
  name: 'the server of MySQL or MariaDB',
  client: { program: 'mysql', task: 'package: { name: mariadb-client }, or default-mysql-client' },
  start: 'service: { name: mariadb, state: started }',
  remedyFor(message) {
    if (/ERROR (?:1045|1698) /.test(message))
      return 'Correct login_user and login_password. Over the socket, the server lets root in as root: become: true.';
    if (/ERROR (?:1130|1049) /.test(message)) return 'Correct login_host: the server does not let this host in.';
    if (/ERROR 1142 /.test(message)) return 'Give a login that may read mysql.user: login_user.';
    return undefined;
  },
};
