import { postgresName, sqlText } from './sql-quote.ts';

/** The kinds of objects that have privileges of their own: `type` of the module postgresql_privs. */
export const OBJECT_TYPES = [
  'table',
  'sequence',
  'function',
  'procedure',
  'database',
  'schema',
  'language',
  'tablespace',
  'type',
  'foreign_data_wrapper',
  'foreign_server',
  'parameter',
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

interface Catalog {
  /** The letter of the type for acldefault(). */
  readonly letter: string;
  readonly table: string;
  readonly name: string;
  readonly owner: string;
  readonly list: string;
  /** The column with the schema, if objects of the type are in schemas. */
  readonly schema?: string;
  /** A further condition. */
  readonly where?: string;
}

const CATALOGS: Readonly<Record<ObjectType, Catalog>> = {
  table: {
    letter: 'r',
    table: 'pg_class',
    name: 'relname',
    owner: 'relowner',
    list: 'relacl',
    schema: 'relnamespace',
    where: "o.relkind IN ('r', 'v', 'm', 'p', 'f')",
  },
  sequence: {
    letter: 's',
    table: 'pg_class',
    name: 'relname',
    owner: 'relowner',
    list: 'relacl',
    schema: 'relnamespace',
    where: "o.relkind = 'S'",
  },
  function: {
    letter: 'f',
    table: 'pg_proc',
    name: 'proname',
    owner: 'proowner',
    list: 'proacl',
    schema: 'pronamespace',
    where: "o.prokind <> 'p'",
  },
  procedure: {
    letter: 'f',
    table: 'pg_proc',
    name: 'proname',
    owner: 'proowner',
    list: 'proacl',
    schema: 'pronamespace',
    where: "o.prokind = 'p'",
  },
  database: { letter: 'd', table: 'pg_database', name: 'datname', owner: 'datdba', list: 'datacl' },
  schema: { letter: 'n', table: 'pg_namespace', name: 'nspname', owner: 'nspowner', list: 'nspacl' },
  language: { letter: 'l', table: 'pg_language', name: 'lanname', owner: 'lanowner', list: 'lanacl' },
  tablespace: { letter: 't', table: 'pg_tablespace', name: 'spcname', owner: 'spcowner', list: 'spcacl' },
  type: {
    letter: 'T',
    table: 'pg_type',
    name: 'typname',
    owner: 'typowner',
    list: 'typacl',
    schema: 'typnamespace',
  },
  foreign_data_wrapper: {
    letter: 'F',
    table: 'pg_foreign_data_wrapper',
    name: 'fdwname',
    owner: 'fdwowner',
    list: 'fdwacl',
  },
  foreign_server: { letter: 'S', table: 'pg_foreign_server', name: 'srvname', owner: 'srvowner', list: 'srvacl' },
  parameter: { letter: 'p', table: 'pg_parameter_acl', name: 'parname', owner: '10', list: 'paracl' },
};

/** Objects whose privileges are wanted. */
export type PrivilegeSubject =
  /** `name` undefined: all objects of the type in the schema. */
  | {
      readonly kind: 'object';
      readonly type: ObjectType;
      readonly schema: string | undefined;
      readonly name: string | undefined;
    }
  /** The members of a role. */
  | { readonly kind: 'group'; readonly name: string }
  /**
   * The privileges for later objects of the type. They apply to objects that `target` creates; undefined: the account
   * of the login.
   */
  | {
      readonly kind: 'default';
      readonly type: DefaultType;
      readonly schema: string | undefined;
      readonly target: string | undefined;
    };

/** The letters of pg_default_acl.defaclobjtype, and those for acldefault(). */
const DEFAULT_LETTERS = {
  TABLES: ['r', 'r'],
  SEQUENCES: ['S', 's'],
  FUNCTIONS: ['f', 'f'],
  TYPES: ['T', 'T'],
  SCHEMAS: ['n', 'n'],
} as const;
export type DefaultType = keyof typeof DEFAULT_LETTERS;
export const DEFAULT_TYPES = Object.keys(DEFAULT_LETTERS) as readonly DefaultType[];

/** Returns whether objects of the type are in schemas. */
export function isInSchema(type: ObjectType): boolean {
  return CATALOGS[type].schema !== undefined;
}

/**
 * Returns SQL that gives a row for each object. `list` has its privileges. If `list` is null, there are no privileges,
 * or, with `falls`, the built-in ones for `letter` and `owner`.
 */
export function objectsAsRows(subject: Exclude<PrivilegeSubject, { kind: 'group' }>): string {
  return subject.kind === 'object' ? objects(subject) : defaults(subject);
}

function objects({ type, schema, name }: Extract<PrivilegeSubject, { kind: 'object' }>): string {
  // The catalog has a row for a parameter only if somebody has a privilege for it.
  if (type === 'parameter')
    return `SELECT ${sqlText(name ?? '')} AS name, 'p'::"char" AS letter, 10::oid AS owner, true AS falls,
  (SELECT o.paracl FROM pg_catalog.pg_parameter_acl o WHERE o.parname = lower(${sqlText(name ?? '')})) AS list`;
  const catalog = CATALOGS[type];
  const isRoutine = type === 'function' || type === 'procedure';
  const shown = isRoutine
    ? `o.proname || '(' || pg_get_function_identity_arguments(o.oid) || ')'`
    : `o.${catalog.name}`;
  const conditions = [
    ...(catalog.where === undefined ? [] : [catalog.where]),
    ...(name === undefined ? [] : [isRoutine ? isRoutineOf(schema, name) : `o.${catalog.name} = ${sqlText(name)}`]),
    ...(catalog.schema === undefined || schema === undefined
      ? []
      : [`o.${catalog.schema} = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ${sqlText(schema)})`]),
  ];
  return `SELECT ${shown} AS name, '${catalog.letter}'::"char" AS letter, o.${catalog.owner} AS owner, true AS falls, o.${catalog.list} AS list
  FROM pg_catalog.${catalog.table} o WHERE ${conditions.length === 0 ? 'true' : conditions.join(' AND ')}`;
}

function isRoutineOf(schema: string | undefined, name: string): string {
  return `o.oid = to_regprocedure(${sqlText(routineName(schema, name))})`;
}

/** Returns the name of a function for SQL: `f(int, text)` becomes `"public"."f"(int, text)`. */
export function routineName(schema: string | undefined, name: string): string {
  const open = name.indexOf('(');
  const qualifier = schema === undefined ? '' : `${postgresName(schema)}.`;
  return open === -1
    ? `${qualifier}${postgresName(name)}()`
    : `${qualifier}${postgresName(name.slice(0, open))}${name.slice(open)}`;
}

/** Without a schema, default privileges replace the built-in ones; in a schema, they are added to them. */
function defaults({ type, schema, target }: Extract<PrivilegeSubject, { kind: 'default' }>): string {
  const [stored, letter] = DEFAULT_LETTERS[type];
  const role = target === undefined ? 'current_user' : sqlText(target);
  const space =
    schema === undefined ? '0' : `(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ${sqlText(schema)})`;
  return `SELECT '${type}' AS name, '${letter}'::"char" AS letter, r.oid AS owner, ${schema === undefined} AS falls,
  (SELECT d.defaclacl FROM pg_catalog.pg_default_acl d
    WHERE d.defaclrole = r.oid AND d.defaclobjtype = '${stored}' AND d.defaclnamespace = ${space}) AS list
  FROM pg_catalog.pg_roles r WHERE r.rolname = ${role}${schema === undefined ? '' : ` AND ${space} IS NOT NULL`}`;
}
