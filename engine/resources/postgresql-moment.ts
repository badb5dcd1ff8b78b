import { z } from 'zod';
import type { Request } from './base/resource.ts';
import { type PostgresLogin, postgresClient } from './sql/postgresql-client.ts';
import { type SqlAnswer, type SqlDetail, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** A time in seconds since 1970; `infinity`: never; null: none. */
export type PostgresMoment = number | 'infinity' | null;

export const POSTGRES_MOMENT = z.union([z.number(), z.literal('infinity'), z.null()]);

const moments = sqlKind<PostgresMoment>({
  name: 'postgresql_moment',
  decode: (value) => POSTGRES_MOMENT.parse(value),
  disagreement: () => undefined,
});

/** Returns SQL that gives a time as JSON. `value`: SQL of a timestamp with a time zone. */
export function momentAsJson(value: string): string {
  return `CASE WHEN ${value} = 'infinity' THEN to_json('infinity'::text) ELSE to_json(extract(epoch FROM ${value})) END`;
}

/** Asks which time a text means: this depends on the time zone and the settings of the server. */
export function postgresMoment(login: PostgresLogin, text: string): Request<SqlDetail, SqlAnswer<PostgresMoment>> {
  const query = `SELECT ${momentAsJson(`${sqlText(text)}::timestamptz`)};`;
  return sqlRequest(moments, [text], { client: postgresClient(login, true), query });
}
