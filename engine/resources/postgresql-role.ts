import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Request } from './base/resource.ts';
import { POSTGRES_MOMENT, type PostgresMoment, momentAsJson } from './postgresql-moment.ts';
import { type PostgresLogin, postgresClient } from './sql/postgresql-client.ts';
import { type SqlAnswer, type SqlDetail, sqlKind, sqlRequest } from './sql/sql-answer.ts';
import { sqlText } from './sql/sql-quote.ts';

/** A role (user or group) of a PostgreSQL server. In a prediction, unknown fields are undefined. */
export interface PostgresRole {
  readonly exists: boolean;
  /** The form in which the server stores passwords: its setting password_encryption. */
  readonly encryption: 'scram-sha-256' | 'md5';
  /** The attributes by their names in CREATE ROLE: `CREATEDB`. */
  readonly attributes?: Readonly<Record<string, boolean>> | undefined;
  readonly password?: PostgresPassword | undefined;
  readonly connections?: number | undefined;
  /** The end of the validity of the password. */
  readonly expires?: PostgresMoment | undefined;
  readonly comment?: string | undefined;
  /** The settings of the role, by name. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** The known facts about a password. A digest is the SHA-256 (hex) of the value that the server stores. */
export type PostgresPassword =
  | { readonly kind: 'none' }
  /** The account of the login is not permitted to read the password. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'scram'; readonly iterations: number; readonly salt: string; readonly digest: string }
  | { readonly kind: 'md5' | 'other'; readonly digest: string };

const ROW = z.object({
  encryption: z.string(),
  role: z
    .object({
      attributes: z.record(z.string(), z.boolean()),
      connections: z.number(),
      expires: POSTGRES_MOMENT,
      comment: z.string(),
      settings: z.array(z.string()),
    })
    .nullable(),
  password: z.string().nullable(),
  readable: z.boolean(),
});

export const postgresRoles = sqlKind<PostgresRole>({
  name: 'postgresql_role',
  decode(value) {
    const { encryption, role, password, readable } = ROW.parse(value);
    const server = {
      encryption: encryption === 'scram-sha-256' ? ('scram-sha-256' as const) : ('md5' as const),
    };
    if (role === null) return { exists: false, ...server };
    return {
      exists: true,
      ...server,
      ...role,
      settings: Object.fromEntries(role.settings.map(settingOf)),
      password: readable ? passwordOf(password) : { kind: 'hidden' },
    };
  },
  disagreement,
});

/** Returns the known facts about a stored password. */
export function passwordOf(stored: string | null): PostgresPassword {
  if (stored === null) return { kind: 'none' };
  const digest = createHash('sha256').update(stored).digest('hex');
  const [, iterations, salt] = /^SCRAM-SHA-256\$([0-9]+):([^$]+)\$/.exec(stored) ?? [];
  if (iterations !== undefined && salt !== undefined)
    return { kind: 'scram', iterations: Number(iterations), salt, digest };
  return { kind: /^md5[0-9a-f]{32}$/.test(stored) ? 'md5' : 'other', digest };
}

function settingOf(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function disagreement(predicted: PostgresRole, seen: PostgresRole): string | undefined {
  if (predicted.exists !== seen.exists) return seen.exists ? 'still exists' : 'does not exist';
  const attribute = Object.entries(predicted.attributes ?? {}).find(([name, is]) => seen.attributes?.[name] !== is);
  if (attribute !== undefined) return `is not ${attribute[1] ? '' : 'NO'}${attribute[0]}`;
  const field = (['connections', 'expires', 'comment'] as const).find(
    (one) => predicted[one] !== undefined && predicted[one] !== seen[one],
  );
  if (field !== undefined) return `${field} is ${seen[field]}, should be ${predicted[field]}`;
  const setting = Object.entries(predicted.settings ?? {}).find(([name, value]) => seen.settings?.[name] !== value);
  if (setting !== undefined) return `has not the setting ${setting[0]} = ${setting[1]}`;
  return isOtherPassword(predicted.password, seen.password)
    ? 'has another password than the one that was set'
    : undefined;
}

function isOtherPassword(one: PostgresPassword | undefined, other: PostgresPassword | undefined): boolean {
  if (one === undefined || other === undefined || other.kind === 'hidden' || one.kind === 'hidden') return false;
  if (one.kind === 'none' || other.kind === 'none') return one.kind !== other.kind;
  return one.digest !== other.digest;
}

const ATTRIBUTES = {
  SUPERUSER: 'rolsuper',
  CREATEROLE: 'rolcreaterole',
  CREATEDB: 'rolcreatedb',
  INHERIT: 'rolinherit',
  LOGIN: 'rolcanlogin',
  REPLICATION: 'rolreplication',
  BYPASSRLS: 'rolbypassrls',
} as const;

/** The names of the attributes of a role in SQL. */
export const ROLE_ATTRIBUTES: readonly string[] = Object.keys(ATTRIBUTES);

/** Asks whether the role exists, and for its attributes, settings and password, as far as the login may read them. */
export function postgresRole(login: PostgresLogin, name: string): Request<SqlDetail, SqlAnswer<PostgresRole>> {
  const attributes = Object.entries(ATTRIBUTES)
    .map(([attribute, column]) => `'${attribute}', r.${column}`)
    .join(', ');
  // Only a superuser may read pg_authid, and a query that names it fails for others.
  const question = (password: string, isReadable: boolean): string => `SELECT json_build_object(
  'encryption', CASE current_setting('password_encryption') WHEN 'scram-sha-256' THEN 'scram-sha-256' ELSE 'md5' END,
  'readable', ${isReadable},
  'password', ${password},
  'role', (SELECT json_build_object('attributes', json_build_object(${attributes}), 'connections', r.rolconnlimit,
    'expires', ${momentAsJson('r.rolvaliduntil')}, 'comment', coalesce(shobj_description(r.oid, 'pg_authid'), ''),
    'settings', coalesce(to_json((SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s
      WHERE s.setrole = r.oid AND s.setdatabase = 0)), '[]'))
    FROM pg_catalog.pg_roles r WHERE r.rolname = ${sqlText(name)}));`;
  const query = `SELECT has_table_privilege('pg_catalog.pg_authid', 'select') AS may_read \\gset
\\if :may_read
${question(`(SELECT a.rolpassword FROM pg_catalog.pg_authid a WHERE a.rolname = ${sqlText(name)})`, true)}
\\else
${question('null', false)}
\\endif`;
  return sqlRequest(postgresRoles, [name], { client: postgresClient(login, true), query });
}
