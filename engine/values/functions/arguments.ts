import { type Value, type ValueMap, Omitted, isList, isMap, Unknown } from '../base/value.ts';
import { describe } from '../language/describe.ts';
import { ArgumentFault, omitHasNoValue, UnknownTouched } from '../language/fault.ts';

/** Throws UnknownTouched for an unknown value, and ArgumentFault for `omit`. */
export function refuseNoValue(
  value: Value | undefined,
): asserts value is Exclude<Value, Unknown | Omitted> | undefined {
  if (value instanceof Unknown) throw new UnknownTouched(value);
  if (value instanceof Omitted) throw omitHasNoValue();
}

/** Returns the text of an argument. `undefined` is an optional argument that is missing. Throws ArgumentFault. */
export function textOf(value: Value | undefined, what = 'argument'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  refuseNoValue(value);
  throw new ArgumentFault(`The ${what} must be text, and it is ${value === undefined ? 'missing' : describe(value)}`);
}

/** Returns the number. Throws ArgumentFault for any other value. */
export function numberOf(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  refuseNoValue(value);
  throw new ArgumentFault(
    `A number is required, and this is ${value === undefined ? 'missing' : describe(value)}`,
    typeof value === 'string' ? 'Convert it: (int x).' : undefined,
  );
}

/** Returns the whole number. Throws ArgumentFault for any other value. */
export function wholeOf(value: Value | undefined): number {
  const number = numberOf(value);
  if (Number.isSafeInteger(number)) return number;
  throw new ArgumentFault(`A whole number is required, and this is ${number}`);
}

/** Returns the boolean. Throws ArgumentFault for any other value: texts such as "yes" are not booleans. */
export function booleanOf(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  refuseNoValue(value);
  throw new ArgumentFault(`A boolean is required, and this is ${value === undefined ? 'missing' : describe(value)}`);
}

/** Returns the list. Throws ArgumentFault for any other value. */
export function listOf(value: Value | undefined): readonly Value[] {
  refuseNoValue(value);
  if (value !== undefined && isList(value)) return value;
  throw new ArgumentFault(`A list is required, and this is ${value === undefined ? 'missing' : describe(value)}`);
}

/** Returns the map. Throws ArgumentFault for any other value. */
export function mapOf(value: Value | undefined): ValueMap {
  refuseNoValue(value);
  if (value !== undefined && isMap(value)) return value;
  throw new ArgumentFault(`A map is required, and this is ${value === undefined ? 'missing' : describe(value)}`);
}

/** Returns the argument, which must be one of `words`. `what` names it in messages. Throws ArgumentFault. */
export function wordOf<Word extends string>(value: Value | undefined, words: readonly Word[], what: string): Word {
  const text = textOf(value, what);
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new ArgumentFault(`"${text}" is no ${what}`, `Write one of ${words.join(', ')}.`);
}
