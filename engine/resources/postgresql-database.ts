import { z } from 'zod';
import type { Request } from './base/resource.ts';
import { type PostgresLogin, postgresClient } from './sql/postgresql-client.ts';
import { type SqlAnswer, type SqlDetail, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** A database of a PostgreSQL server. In a prediction, unknown fields are undefined. */
export type PostgresDatabase = { readonly exists: false } | ({ readonly exists: true } & PostgresDatabaseFields);

export interface PostgresDatabaseFields {
  readonly owner?: string | undefined;
  readonly encoding?: string | undefined;
  readonly collate?: string | undefined;
  readonly ctype?: string | undefined;
  /** The number of connections; -1: without a limit. */
  readonly connections?: number | undefined;
  readonly tablespace?: string | undefined;
  readonly comment?: string | undefined;
}

const FIELDS = ['owner', 'encoding', 'collate', 'ctype', 'connections', 'tablespace', 'comment'] as const;

const ROW = z
  .object({
    owner: z.string(),
    encoding: z.string(),
    collate: z.string(),
    ctype: z.string(),
    connections: z.number(),
    tablespace: z.string(),
    comment: z.string(),
  })
  .nullable();

export const postgresDatabases = sqlKind<PostgresDatabase>({
  name: 'postgresql_database',
  decode(value) {
    const row = ROW.parse(value);
    return row === null ? { exists: false } : { exists: true, ...row };
  },
  disagreement(predicted, seen) {
    if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
    if (!predicted.exists || !seen.exists) return undefined;
    const field = FIELDS.find((one) => predicted[one] !== undefined && predicted[one] !== seen[one]);
    return field === undefined ? undefined : `${field} is ${seen[field]}, should be ${predicted[field]}`;
  },
});

/** Asks whether the database exists, and for its owner and settings. The session may be in another database. */
export function postgresDatabase(login: PostgresLogin, name: string): Request<SqlDetail, SqlAnswer<PostgresDatabase>> {
  const query = `SELECT coalesce((SELECT json_build_object(
  'owner', pg_get_userbyid(d.datdba), 'encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate,
  'ctype', d.datctype, 'connections', d.datconnlimit, 'tablespace', t.spcname,
  'comment', coalesce(shobj_description(d.oid, 'pg_database'), ''))
FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
WHERE d.datname = ${sqlText(name)}), 'null');`;
  return sqlRequest(postgresDatabases, [name], { client: postgresClient(login, true), query });
}
