import { z } from 'zod';
import { type Prediction, type Request, predictedOf } from './base/resource.ts';
import { postgresDatabases } from './postgresql-database.ts';
import { type PostgresLogin, postgresClient } from './sql/postgresql-client.ts';
import { type SqlAnswer, type SqlDetail, type SqlId, sqlId, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** An extension in a database of a PostgreSQL server. */
export interface PostgresExtension {
  /** The installed version; undefined if there is none. A prediction has `any` if it cannot know the version. */
  readonly version: string | undefined;
  readonly schema: string | undefined;
  readonly comment: string | undefined;
  /** The version that is installed by default; undefined if the server does not have the extension. */
  readonly offered: string | undefined;
  /** The versions that the server has. */
  readonly versions: readonly string[];
}

const ROW = z.object({
  installed: z.object({ version: z.string(), schema: z.string(), comment: z.string() }).nullable(),
  offered: z.string().nullable(),
  versions: z.array(z.string()),
});

export const ANY_VERSION = 'any';

const extensions = sqlKind<PostgresExtension>({
  name: 'postgresql_extension',
  decode(value) {
    const { installed, offered, versions } = ROW.parse(value);
    return {
      version: installed?.version,
      schema: installed?.schema,
      comment: installed?.comment,
      offered: offered ?? undefined,
      versions,
    };
  },
  disagreement(predicted, seen) {
    if ((predicted.version === undefined) !== (seen.version === undefined))
      return seen.version === undefined ? 'is not installed' : 'is still installed';
    if (predicted.version !== undefined && predicted.version !== ANY_VERSION && predicted.version !== seen.version)
      return `has version ${seen.version}, should have ${predicted.version}`;
    return predicted.comment !== undefined && predicted.comment !== seen.comment
      ? `comment is ${seen.comment}, should be ${predicted.comment}`
      : undefined;
  },
  after: afterDatabase,
});

/** In a database that a task creates, the state of an extension is unknown. In a removed database, there is none. */
function afterDatabase(
  _state: SqlAnswer<PostgresExtension>,
  { address, names }: SqlId,
  effect: Prediction,
): SqlAnswer<PostgresExtension> | 'stale' | undefined {
  const other = predictedOf(postgresDatabases, effect);
  if (other?.kind !== 'known') return undefined;
  const changed = sqlId(effect.request.id);
  if (changed.address !== address || changed.names[0] !== names[0]) return undefined;
  return other.state.exists ? 'stale' : { kind: 'no_database' };
}

/** Asks the database of the login for the installed and the available versions of the extension. */
export function postgresExtension(
  login: PostgresLogin,
  name: string,
): Request<SqlDetail, SqlAnswer<PostgresExtension>> {
  const query = `SELECT json_build_object(
  'installed', (SELECT json_build_object('version', e.extversion, 'schema', n.nspname,
    'comment', coalesce(obj_description(e.oid, 'pg_extension'), ''))
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = ${sqlText(name)}),
  'offered', (SELECT a.default_version FROM pg_catalog.pg_available_extensions a WHERE a.name = ${sqlText(name)}),
  'versions', (SELECT coalesce(json_agg(v.version), '[]') FROM pg_catalog.pg_available_extension_versions v
    WHERE v.name = ${sqlText(name)}));`;
  return sqlRequest(extensions, [login.database, name], { client: postgresClient(login, false), query });
}
