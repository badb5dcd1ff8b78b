import { isIPv4 } from 'node:net';
import { Problem, Problems } from '../../errors/problem.ts';
import type { Role, RoleArgument, StepFrame } from '../../playbook/base/play.ts';
import { NO_SETTINGS } from '../../playbook/base/settings.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Scope, type Value, Omitted, Unknown, isList, isMap } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { all } from '../base/conditions.ts';

/** The parts of a host that checking the arguments of its roles needs. */
interface CheckedHost {
  readonly name: string;
  readonly variables: { scope(frame: StepFrame, over: readonly Layer[]): Scope };
}

/**
 * Checks the declared arguments of a role with the variables of a host, and adds a problem for each mistake. `results`
 * are the variables that tasks of the play will set: an argument that depends on them is not known yet.
 */
export function checkRole(
  role: Role,
  host: CheckedHost,
  results: readonly Layer[],
  add: (problem: Problem) => void,
): void {
  const frame = {
    id: role.name,
    place: role.place,
    when: [],
    tags: role.tags,
    layers: [],
    settings: NO_SETTINGS,
    role,
    searchPath: [],
  };
  const now = host.variables.scope(frame, []);
  if (isLeftOut(role, () => host.variables.scope(frame, results))) return;
  for (const argument of role.arguments) {
    try {
      const value = valueOf(argument, now, () => host.variables.scope(frame, results));
      const problem = argumentProblem(role, argument, value, host.name);
      if (problem !== undefined) add(problem);
    } catch (error) {
      if (error instanceof Problem) add(error);
      else throw error;
    }
  }
}

/** Returns whether the conditions of the use are false. A condition that cannot be read is reported by its tasks. */
function isLeftOut(role: Role, scope: () => Scope): boolean {
  if (role.when.length === 0) return false;
  try {
    return all(role.when, scope()) === false;
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return false;
    throw error;
  }
}

/**
 * Returns the current value of an argument. If it cannot be computed now, it is computed with the pending results of
 * the play's tasks.
 */
function valueOf(argument: RoleArgument, now: Scope, later: () => Scope): Value | undefined {
  try {
    return now.lookup(argument.name);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return later().lookup(argument.name);
  }
}

function argumentProblem(
  role: Role,
  argument: RoleArgument,
  value: Value | undefined,
  host: string,
): Problem | undefined {
  const isSet = value !== undefined && !(value instanceof Omitted);
  const wrong = isSet ? mismatch(argument, value) : missing(argument);
  if (wrong === undefined) return undefined;
  const declared = `${argument.place.file}:${argument.place.line}`;
  return new Problem({
    code: isSet ? 'wrong-role-argument' : 'missing-role-argument',
    what: `role ${role.name}: ${argument.name} ${wrong}`,
    place: role.place,
    why: argument.description === '' ? `On ${host}.` : `${argument.description} On ${host}.`,
    remedy: isSet
      ? (unquoted(argument, value) ??
        `Correct the value where it is set, which may be in defaults of the role, or what ${declared} declares.`)
      : `See ${declared}; set it in group_vars, or where the role is used.`,
  });
}

/** Returns what to write in place of a text whose characters are a value of the right type, as `-e name=300` gives. */
function unquoted({ name, type }: RoleArgument, text: Value): string | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value = JSON.parse(text) as Value;
    const isRight = value !== null && isOfType(type, value);
    return isRight ? `Write it without quotes, and on the command line as JSON: -e '{"${name}": ${text}}'` : undefined;
  } catch {
    return undefined;
  }
}

function missing(argument: RoleArgument): string | undefined {
  return argument.required ? 'is not set' : undefined;
}

function mismatch(argument: RoleArgument, value: Value): string | undefined {
  if (value instanceof Unknown || value === null) return undefined;
  if (!isOfType(argument.type, value))
    return `must be ${withArticle(TYPE_NAMES[argument.type])}, not ${typeName(value)}`;
  if (isList(value)) {
    const wrong = value.find((one) => !(one instanceof Unknown) && !isOfType(argument.elements, one));
    if (wrong !== undefined)
      return `must be a list of ${TYPE_NAMES[argument.elements]}s, but one of them is ${typeName(wrong)}`;
  }
  if (
    argument.choices.length > 0 &&
    !(value instanceof Secret) &&
    !argument.choices.some((choice) => choice === value)
  ) {
    return `must be one of ${argument.choices.join(', ')}`;
  }
  return undefined;
}

function isOfType(type: RoleArgument['type'], value: Value): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return typeof value === 'string' || value instanceof Secret;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return isList(value);
    case 'map':
      return isMap(value);
    case 'ipv4':
      return typeof value === 'string' && isIPv4(value);
    case 'ipv4_network':
      return typeof value === 'string' && isIpv4Network(value);
    default: {
      const never: never = type;
      throw new Error(`unknown type ${String(never)}`);
    }
  }
}

const TYPE_NAMES: Readonly<Record<RoleArgument['type'], string>> = {
  any: 'value',
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  list: 'list',
  map: 'map',
  ipv4: 'IPv4 address',
  ipv4_network: 'IPv4 network such as 10.96.0.0/16',
};

function isIpv4Network(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  return isIPv4(address) && more.length === 0 && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32;
}

function typeName(value: Value): string {
  if (value instanceof Secret) return 'a secret text';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

function withArticle(type: string): string {
  return /^[aeiouI]/.test(type) ? `an ${type}` : `a ${type}`;
}
