import {
  DEFAULT_TYPES,
  type DefaultType,
  type ObjectType,
  type PrivilegeSubject,
  isInSchema,
} from '../../resources/sql/postgresql-objects.ts';

/** The value of `objs` that means all objects of a schema. */
export const ALL_IN_SCHEMA = 'ALL_IN_SCHEMA';
const ALL_DEFAULT = 'ALL_DEFAULT';
const WHOLE_SCHEMA: ReadonlySet<string> = new Set(['table', 'sequence', 'function', 'procedure']);

interface Given {
  readonly login_db: string;
  readonly type: ObjectType | 'group' | 'default_privs';
  readonly objs?: readonly string[] | undefined;
  readonly privs?: readonly string[] | undefined;
  readonly schema?: string | undefined;
  readonly target_roles?: readonly string[] | undefined;
}

export interface PrivilegeFault {
  readonly argument: string;
  readonly message: string;
}

/** Returns the argument that does not fit the others, with a message. */
export function privilegeFault(args: Given): PrivilegeFault | undefined {
  return privsFault(args) ?? objsFault(args) ?? schemaFault(args);
}

function privsFault({ type, privs }: Given): PrivilegeFault | undefined {
  if (type === 'group')
    return privs === undefined
      ? undefined
      : { argument: 'privs', message: 'has no meaning for type: group\nRemove it.' };
  if (privs === undefined) return { argument: 'privs', message: 'must be given\nName the privileges, or ALL.' };
  if (privs.every((one) => /^[A-Z]+(?: [A-Z]+)*$/.test(one))) return undefined;
  const message = 'must be names of privileges, such as SELECT\nGrant columns by a view, or by command: psql.';
  return { argument: 'privs', message };
}

function objsFault({ type, objs }: Given): PrivilegeFault | undefined {
  const fault = (message: string): PrivilegeFault => ({ argument: 'objs', message });
  if (objs === undefined)
    return type === 'database' ? undefined : fault(`must be given for type: ${type}\nName the objects.`);
  if (objs.includes(ALL_IN_SCHEMA) && (objs.length > 1 || !WHOLE_SCHEMA.has(type)))
    return fault(`${ALL_IN_SCHEMA} stands alone, for type: table, sequence, function or procedure`);
  if ((type === 'function' || type === 'procedure') && !objs.every(isRoutine))
    return fault(`must be ${type}s with their types\nWrite a colon for each comma: f(int:text), f().`);
  if (type === 'default_privs' && objs.some((one) => defaultTypes(one).length === 0))
    return fault(`must be of ${DEFAULT_TYPES.join(', ')}, or ${ALL_DEFAULT}`);
  return undefined;
}

function schemaFault({ type, schema }: Given): PrivilegeFault | undefined {
  if (schema === undefined || type === 'default_privs' || (type !== 'group' && isInSchema(type))) return undefined;
  return { argument: 'schema', message: `has no meaning for type: ${type}\nRemove it.` };
}

/** Checks the types of the arguments in a function's name, because they are not quoted in SQL. */
function isRoutine(name: string): boolean {
  return name === ALL_IN_SCHEMA || /^[^()]+\([A-Za-z0-9_ ,:."[\]]*\)$/.test(name);
}

/** Returns the objects, groups or default privileges that the task is about. */
export function subjectsOf(args: Given): readonly PrivilegeSubject[] {
  const { type } = args;
  const objs = args.objs ?? [args.login_db];
  if (type === 'group') return objs.map((name) => ({ kind: 'group', name }));
  if (type === 'default_privs') return defaultSubjects(args, objs);
  const schema = isInSchema(type) ? schemaOf(args) : undefined;
  if (objs[0] === ALL_IN_SCHEMA) return [{ kind: 'object', type, schema, name: undefined }];
  const isRoutineType = type === 'function' || type === 'procedure';
  return objs.map((name) => ({ kind: 'object', type, schema, name: isRoutineType ? name.replaceAll(':', ',') : name }));
}

function defaultSubjects(args: Given, objs: readonly string[]): readonly PrivilegeSubject[] {
  const targets = args.target_roles ?? [undefined];
  return objs.flatMap(defaultTypes).flatMap((type) =>
    targets.map((target) => ({
      kind: 'default' as const,
      type,
      // Default privileges for new schemas do not belong to a schema.
      schema: type === 'SCHEMAS' ? undefined : schemaOf(args),
      target,
    })),
  );
}

function defaultTypes(name: string): readonly DefaultType[] {
  if (name.toUpperCase() === ALL_DEFAULT) return DEFAULT_TYPES.filter((one) => one !== 'SCHEMAS');
  return DEFAULT_TYPES.filter((one) => one === name.toUpperCase());
}

function schemaOf({ schema }: Given): string | undefined {
  return schema === 'not-specified' ? undefined : (schema ?? 'public');
}
