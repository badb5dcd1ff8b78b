import { revealed } from '../base/revealed.ts';
import type { Secret } from '../base/secret.ts';
import { type Value, Omitted, isList, isMap, Unknown } from '../base/value.ts';
import { describe } from './describe.ts';
import { ArgumentFault, omitHasNoValue, UnknownTouched } from './fault.ts';

function plain(value: Value): Exclude<Value, Secret | Unknown> {
  if (value instanceof Unknown) throw new UnknownTouched(value);
  return revealed(value);
}

/**
 * Returns whether two values are equal in type and content; secrets are compared by their text. Throws UnknownTouched
 * if the result depends on an unknown value.
 */
export function isEqual(left: Value, right: Value): boolean {
  const a = plain(left);
  const b = plain(right);
  if (isList(a) || isList(b))
    return isList(a) && isList(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index] ?? null));
  if (!isMap(a) || !isMap(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key] ?? null, b[key] ?? null))
  );
}

/**
 * Compares two texts or two numbers: the result is below 0, 0, or above 0. Texts are compared by code units, so the
 * order does not depend on the locale.
 */
export function compareValues(left: Value, right: Value): number {
  const a = plain(left);
  const b = plain(right);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new ArgumentFault(
    `${describe(left)} and ${describe(right)} cannot be ordered`,
    'Compare numbers with numbers and text with text: (int x) makes a number.',
  );
}

/** Returns whether a condition of a template is true. Lists and maps are true if they are not empty. */
export function isTrue(value: Value): boolean {
  const content = plain(value);
  if (typeof content === 'boolean') return content;
  if (isList(content)) return content.length > 0;
  if (isMap(content)) return Object.keys(content).length > 0;
  if (content instanceof Omitted) throw omitHasNoValue();
  const remedy =
    typeof content === 'string'
      ? 'Compare it: (eq x "true"), (ne x "").'
      : content === null
        ? 'Write (defined x).'
        : 'Compare it: (ne x 0), (gt x 0).';
  throw new ArgumentFault(`A condition must be a boolean, a list or a map, and this is ${describe(value)}`, remedy);
}
