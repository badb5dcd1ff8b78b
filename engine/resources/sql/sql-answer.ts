import { quote } from '../../connection/base/quote.ts';
import { type OutputRecord, numbered, printRecords, recordsOf } from '../base/records.ts';
import { type Prediction, type Request, type ResourceKind, request } from '../base/resource.ts';

/** A client program with all that it needs to reach a server. */
export interface SqlClient {
  /** The account and the address, without secrets: `postgres@:5432`. Ids begin with it. */
  readonly server: string;
  /** The database; undefined if the question is about the whole server. */
  readonly database: string | undefined;
  /** Shell text that sets the environment of the client. It may contain secrets. */
  readonly setUp: string;
  /** Shell text of the command that reads SQL from stdin and prints one line for each row. */
  readonly command: string;
  /** SQL at the beginning of each session. If it fails, the client ends. */
  readonly preamble: string;
  /** SQL that prints the line SEPARATOR. */
  readonly separator: string;
  /**
   * Shell text that prints `missing` if the server answers and does not have the database. It runs only if the client
   * failed.
   */
  readonly asksForDatabase: string | undefined;
  /** Returns the text of a row in a line of the client's output. */
  readonly rowOf: (line: string) => string;
  /** Returns whether the client could not log in, given its exit status and its message. */
  readonly isLoginFailure: (status: number, message: string) => boolean;
}

/** The line between the answers to two questions. No JSON value is equal to it. */
export const SEPARATOR = 'next answer';

/** The answer of a server about one thing, such as a database or an account. */
export type SqlAnswer<State> =
  | { readonly kind: 'known'; readonly state: State }
  /** The host has no client program. */
  | { readonly kind: 'no_client' }
  /** No server answers, or it does not let the account in. */
  | { readonly kind: 'unanswered'; readonly why: string }
  /** The server does not answer the question. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The server has no such database. */
  | { readonly kind: 'no_database' };

export interface SqlDetail {
  readonly client: SqlClient;
  /** SQL whose first row is a JSON value. Lines that begin with a backslash are for psql. */
  readonly query: string;
}

export interface SqlKind<State> {
  readonly name: string;
  /**
   * Returns the state. `value`: the JSON value in the first line of the answer; `further`: the other lines. Throws an
   * error for an answer that it does not understand.
   */
  decode(value: unknown, further: readonly string[]): State;
  /** Returns how the state differs from the prediction; undefined if it agrees. */
  disagreement(predicted: State, seen: State): string | undefined;
  /**
   * Returns the state of the thing after a predicted change of another thing; undefined if that change does not affect
   * it.
   */
  after?(state: SqlAnswer<State>, id: SqlId, effect: Prediction): SqlAnswer<State> | 'stale' | undefined;
}

/** The parts of an id. */
export interface SqlId {
  /** The address of the server, without the account. */
  readonly address: string;
  readonly names: readonly string[];
}

type Kind<State> = ResourceKind<SqlDetail, SqlAnswer<State>>;

/**
 * Makes a kind of resource on a database server. One process of the client answers the questions about all things of
 * one database.
 */
export function sqlKind<State>(kind: SqlKind<State>): Kind<State> {
  const own: Kind<State> = {
    name: kind.name,
    observe: (requests) => printRecords(groupsOf(requests).map(askGroup).join('\n')),
    decode: (output, requests) => decodeAll(kind, output, requests),
    merge: (one) => one,
    disagreement(predicted, seen) {
      if (predicted.kind !== 'known') return undefined;
      if (seen.kind === 'known') return kind.disagreement(predicted.state, seen.state);
      return seen.kind === 'no_client' || seen.kind === 'no_database' ? 'is not there' : seen.why.trim();
    },
    after: (state, id, effect) => after(kind, state, id, effect),
  };
  return own;
}

/** Returns a request for one thing. `names`: the parts of the id after the server. */
export function sqlRequest<State>(
  kind: Kind<State>,
  names: readonly string[],
  detail: SqlDetail,
): Request<SqlDetail, SqlAnswer<State>> {
  return request(kind, [detail.client.server, ...names.map(encodeURIComponent)].join('/'), detail);
}

/** Reads an id: the server, then the names, each encoded as in a URL, with slashes between them. */
export function sqlId(id: string): SqlId {
  const [server = '', ...names] = id.split('/');
  return { address: server.slice(server.lastIndexOf('@') + 1), names: names.map(decodeURIComponent) };
}

/** Returns whether two ids name the same thing, even if the accounts of the logins differ. */
function isSame(one: SqlId, other: SqlId): boolean {
  return one.address === other.address && one.names.join('/') === other.names.join('/');
}

function after<State>(
  kind: SqlKind<State>,
  state: SqlAnswer<State>,
  id: string,
  effect: Prediction,
): SqlAnswer<State> | 'stale' | undefined {
  const { request: changed } = effect;
  if (changed.kind.name === kind.name && isSame(sqlId(id), sqlId(changed.id))) return effect.state as SqlAnswer<State>;
  const own = kind.after?.(state, sqlId(id), effect);
  if (own !== undefined) return own;
  // A change of a package, a unit, a file or an account may provide the client or the server, or allow the login.
  return state.kind === 'known' || state.kind === 'no_database' ? undefined : 'stale';
}

interface Group {
  readonly client: SqlClient;
  readonly requests: readonly Request<SqlDetail>[];
}

function groupsOf(requests: readonly Request<SqlDetail>[]): readonly Group[] {
  const groups = new Map<string, { client: SqlClient; requests: Request<SqlDetail>[] }>();
  for (const one of requests) {
    const { client } = one.detail;
    const key = JSON.stringify([client.server, client.database, client.setUp, client.command]);
    const group = groups.get(key) ?? { client, requests: [] };
    group.requests.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Prints the rows as record `r`, and exit status and messages as record `e`. */
function askGroup({ client, requests }: Group, index: number): string {
  const questions = requests.map(({ detail }) => `${detail.query}\n${client.separator}`);
  const text = [client.preamble, ...questions].filter((one) => one !== '').join('\n');
  const asks = client.asksForDatabase === undefined ? '' : `\n  [ $s = 0 ] || s="$s $( ${client.asksForDatabase} )"`;
  return `(
  printf %s "\${b}r${index}:"
  ${client.setUp}
  { e=$( { printf '%s\\n' ${quote(text)} | ${client.command} 2>&1 >&3 3>&-; } ); s=$?; } 3>&1${asks}
  printf %s "\${b}e${index}:$s:$e"
)`;
}

function decodeAll<State>(
  kind: SqlKind<State>,
  output: Buffer,
  requests: readonly Request<SqlDetail, SqlAnswer<State>>[],
): ReadonlyMap<string, SqlAnswer<State>> {
  const groups = groupsOf(requests);
  const rows = new Map<number, string>();
  const found = new Map<string, SqlAnswer<State>>();
  for (const record of recordsOf(output)) {
    const { index, rest } = numbered(record);
    if (isRows(record)) rows.set(index, rest.toString('utf8'));
    const group = groups[index];
    if (group === undefined || isRows(record)) continue;
    const ending = rest.toString('utf8');
    const failure = failureOf(group.client, ending);
    const answers = answersIn(rows.get(index) ?? '');
    for (const [at, { id }] of group.requests.entries()) {
      const [first = '', ...further] = (answers[at] ?? []).map(group.client.rowOf);
      const refused = { kind: 'refused' as const, why: ending.slice(ending.indexOf(':') + 1).trim() };
      found.set(
        id,
        failure ?? (first === '' ? refused : { kind: 'known', state: kind.decode(JSON.parse(first), further) }),
      );
    }
  }
  return found;
}

function isRows({ letter }: OutputRecord): boolean {
  return letter === 'r';
}

function failureOf(client: SqlClient, ending: string): Exclude<SqlAnswer<never>, { kind: 'known' }> | undefined {
  const colon = ending.indexOf(':');
  const [status = '', database] = ending.slice(0, colon).split(' ');
  const why = ending.slice(colon + 1).trim();
  if (status === '0') return undefined;
  if (status === '127') return { kind: 'no_client' };
  if (database === 'missing') return { kind: 'no_database' };
  return { kind: client.isLoginFailure(Number(status), why) ? 'unanswered' : 'refused', why };
}

/** Returns the lines of each answer. An answer has no lines if the server refused the question. */
function answersIn(text: string): readonly (readonly string[])[] {
  const answers: (readonly string[])[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line === SEPARATOR) {
      answers.push(lines);
      lines = [];
    } else lines.push(line);
  }
  return answers;
}
