import { z } from 'zod';
import type { Request } from './base/resource.ts';
import { type MysqlLogin, mysqlClient } from './sql/mysql-client.ts';
import { type SqlAnswer, type SqlDetail, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** A database of a MySQL or MariaDB server. */
export type MysqlDatabase =
  | { readonly exists: false }
  /** Undefined in a prediction: not known. */
  | { readonly exists: true; readonly encoding: string | undefined; readonly collation: string | undefined };

const ROW = z.object({ name: z.string(), encoding: z.string(), collation: z.string() }).nullable();

const databases = sqlKind<MysqlDatabase>({
  name: 'mysql_database',
  decode(value) {
    const row = ROW.parse(value);
    return row === null ? { exists: false } : { exists: true, encoding: row.encoding, collation: row.collation };
  },
  disagreement: (predicted, seen) =>
    predicted.exists === seen.exists ? undefined : seen.exists ? 'still exists' : 'does not exist',
});

/** Asks whether the database exists, and for its encoding and collation. */
export function mysqlDatabase(login: MysqlLogin, name: string): Request<SqlDetail, SqlAnswer<MysqlDatabase>> {
  const query = `SELECT COALESCE((SELECT JSON_OBJECT('name', SCHEMA_NAME, 'encoding', DEFAULT_CHARACTER_SET_NAME, 'collation', DEFAULT_COLLATION_NAME)
FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${sqlText(name)}), 'null');`;
  return sqlRequest(databases, [name], { client: mysqlClient(login), query });
}
