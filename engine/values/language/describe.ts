import { Secret } from '../base/secret.ts';
import { type Value, Omitted, Unknown } from '../base/value.ts';

/** Describes the type of a value for a message, never its content. */
export function describe(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof Omitted) return 'omit';
  if (value instanceof Secret) return 'a secret';
  if (value instanceof Unknown) return 'not known yet';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? 'a boolean' : 'a map';
}
