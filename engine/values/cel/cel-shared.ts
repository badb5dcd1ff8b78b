import { Secret } from '../base/secret.ts';
import { Omitted, Unknown, type Value, isList, isMap } from '../base/value.ts';
import { sharedFunctions } from '../functions/function-table.ts';
import { type CelType, type Parameter, type SharedFunction, celName } from '../functions/shared-function.ts';
import { ArgumentFault, UnknownTouched } from '../language/fault.ts';
import { spendForSeen, spendSteps } from '../language/step-limit.ts';

/** Maximal number of arguments of an expression for a parameter that accepts any number of arguments. */
const MOST_OF_REST = 5;

/** One way to call a function, as the library wants to know it. */
export interface Overload {
  readonly signature: string;
  readonly run: (...operands: readonly unknown[]) => unknown;
}

/** A function that helpers and expressions share, as expressions have it. */
export interface SharedInCel {
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
  readonly example: readonly [expression: string, result: Value];
  readonly overloads: readonly Overload[];
  /** True if the result only tells something about the arguments, and contains no part of them. */
  readonly isDeciding: boolean;
}

export const sharedInCel: readonly SharedInCel[] = sharedFunctions.map(inCel);

function inCel(shared: SharedFunction): SharedInCel {
  const { summary, expression, gives, parameters, returns } = shared;
  const run = (...operands: readonly unknown[]): unknown => {
    for (const operand of operands) spendForSeen(operand);
    return toCel(shared.run(operands.map(fromCel)));
  };
  return {
    name: celName(shared.name),
    signature: signatureOf(shared, parameters.map(shownType)),
    summary,
    example: [expression, gives],
    overloads: waysToCall(parameters).map((types) => ({ signature: signatureOf(shared, types), run })),
    isDeciding: returns === 'bool',
  };
}

function signatureOf({ name, form, returns }: SharedFunction, types: readonly string[]): string {
  const [receiver = '', ...others] = types;
  return form === 'method'
    ? `${receiver}.${celName(name)}(${others.join(', ')}): ${returns}`
    : `${celName(name)}(${types.join(', ')}): ${returns}`;
}

function shownType({ types, presence }: Parameter): string {
  const mark = { required: '', optional: '?', rest: '...' }[presence];
  return `${types.join('|')}${mark}`;
}

/** The types of the arguments, for each way to call a function with these parameters. */
function waysToCall(parameters: readonly Parameter[]): readonly (readonly CelType[])[] {
  let ways: (readonly CelType[])[] = [[]];
  const complete: (readonly CelType[])[] = [];
  for (const { types, presence } of parameters) {
    const extend = () => (ways = ways.flatMap((way) => types.map((type) => [...way, type])));
    if (presence === 'required') {
      extend();
      continue;
    }
    for (let turn = 0; turn < (presence === 'rest' ? MOST_OF_REST : 1); turn += 1) {
      complete.push(...ways);
      extend();
    }
  }
  return [...complete, ...ways];
}

/** Converts a value of CEL. Secrets are revealed and recorded, as everywhere in expressions. */
function fromCel(value: unknown): Value {
  spendSteps(1);
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Omitted) return value;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return mapOf(value);
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return mapOf(Object.entries(value));
  throw new ArgumentFault('An argument is not text, a number, a boolean, a list or a map');
}

function mapOf(entries: Iterable<readonly [unknown, unknown]>): Value {
  const map: Record<string, Value> = Object.create(null);
  for (const [key, member] of entries) map[String(key)] = fromCel(member);
  return map;
}

function toCel(value: Value): unknown {
  if (value instanceof Unknown) throw new UnknownTouched(value);
  if (value instanceof Secret) return value.reveal();
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (isList(value)) return value.map(toCel);
  if (!isMap(value)) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, toCel(member)]));
}
