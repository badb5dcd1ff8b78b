import { Secret, isTellingNumber } from '../base/secret.ts';
import { type Value, type ValueMap, OMIT, Omitted, isList, isMap, Unknown, withoutOmitted } from '../base/value.ts';
import { omitHasNoValue, UnknownTouched } from '../language/fault.ts';
import { spendForMade, spendForSeen, spendSteps } from '../language/step-limit.ts';

/** A function of templates: `{{name argument … key=argument}}`. */
export interface Helper {
  readonly name: string;
  readonly summary: string;
  /** A template, and its value with the variables of `exampleVariables`. */
  readonly example: readonly [template: string, result: Value];
  /** Minimal and maximal number of arguments. */
  readonly arity: readonly [least: number, most: number];
  /** Names of its `key=value` arguments. */
  readonly named?: readonly string[];
  /**
   * How secret arguments are treated.
   * - `derived`: the helper gets their text; text that it makes is a new secret.
   * - `embedded`: the helper gets their text, and its result contains that text unchanged.
   * - `kept`: the helper gets the values as they are, unknown values too, and only moves them.
   */
  readonly secrets: 'derived' | 'embedded' | 'kept';
  /** Throws ArgumentFault. */
  run(operands: readonly Value[], named: ValueMap): Value;
}

/** Variables that the examples of helpers may use. */
export const exampleVariables: ValueMap = {
  name: 'etcd-1',
  port: 2379,
  enabled: true,
  members: ['c', 'a', 'b'],
  hosts: [
    { name: 'm1', ip: '10.0.0.1' },
    { name: 'm2', ip: '10.0.0.2' },
  ],
  labels: { tier: 'db', zone: 'a' },
};

interface Revealed {
  readonly value: Value;
  readonly hasSecret: boolean;
}

/** Replaces the secrets in a value by their text. Throws UnknownTouched if the value contains an unknown value. */
function reveal(value: Value): Revealed {
  if (typeof value === 'number') return { value, hasSecret: isTellingNumber(value) };
  if (typeof value !== 'object' || value === null) return { value, hasSecret: false };
  if (value instanceof Secret) return { value: value.reveal(), hasSecret: true };
  if (value instanceof Unknown) throw new UnknownTouched(value);
  if (value instanceof Omitted) throw omitHasNoValue();
  if (isList(value)) {
    const items = value.map(reveal);
    return items.some((item) => item.hasSecret)
      ? { value: items.map((item) => item.value), hasSecret: true }
      : { value, hasSecret: false };
  }
  let hasSecret = false;
  const map: Record<string, Value> = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    const revealed = reveal(member);
    hasSecret ||= revealed.hasSecret;
    map[key] = revealed.value;
  }
  return { value: hasSecret ? map : value, hasSecret };
}

/** Removes omitted members from a list or a map that a helper has made of its arguments. */
function withoutOmittedMembers(made: Value): Value {
  if (isList(made)) return withoutOmitted(made);
  if (!isMap(made)) return made;
  const map: Record<string, Value> = Object.create(null);
  for (const [key, member] of Object.entries(made)) if (member !== OMIT) map[key] = member;
  return map;
}

function protect(value: Value, mark: (text: string) => Secret): Value {
  if (typeof value === 'string') return mark(value);
  if (isList(value)) return value.map((item) => protect(item, mark));
  if (!isMap(value)) return value;
  const map: Record<string, Value> = Object.create(null);
  for (const [key, member] of Object.entries(value)) map[key] = protect(member, mark);
  return map;
}

/** Steps that one call of a helper costs. */
const STEPS_OF_A_CALL = 2;

/** Calls a helper, and applies its rules for secret and unknown arguments. Throws ArgumentFault. */
export function callHelper(helper: Helper, operands: readonly Value[], named: ValueMap): Value {
  for (const operand of operands) spendForSeen(operand);
  spendSteps(STEPS_OF_A_CALL);
  try {
    if (helper.secrets === 'kept') {
      const kept = helper.run(operands, named);
      spendForMade(kept);
      return operands.includes(OMIT) || Object.values(named).includes(OMIT) ? withoutOmittedMembers(kept) : kept;
    }
    const secrets: string[] = [];
    let hasSecret = false;
    const open = (value: Value) => {
      const revealed = reveal(value);
      hasSecret ||= revealed.hasSecret;
      if (value instanceof Secret) secrets.push(value.reveal());
      return revealed.value;
    };
    const opened = operands.map(open);
    const openedNamed: Record<string, Value> = {};
    for (const key in named) openedNamed[key] = open(named[key] ?? null);
    const result = helper.run(opened, openedNamed);
    spendForMade(result);
    if (!hasSecret) return result;
    return protect(
      result,
      helper.secrets === 'derived' ? (text) => Secret.madeOf(text, secrets) : (text) => Secret.around(text),
    );
  } catch (error) {
    if (error instanceof UnknownTouched)
      return new Unknown(error.unknown.because, helper.secrets === 'embedded' && error.unknown.fresh);
    throw error;
  }
}
