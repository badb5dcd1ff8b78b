import { Secret } from './secret.ts';
import { type Value, Unknown, isList, isMap } from './value.ts';

/** Returns the text of a secret, and any other value as it is. The result is secret: it must not be shown. */
export function revealed<Open>(value: Open | Secret): Open | string {
  return value instanceof Secret ? value.reveal() : value;
}

/** Like `revealed`, with an empty text for a value that is not known or not given. */
export function revealedOrEmpty(value: string | Secret | Unknown | undefined): string {
  return value === undefined || value instanceof Unknown ? '' : revealed(value);
}

/** Returns whether the value is a secret, or a list or map with a secret in it. */
export function holdsSecret(value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (value instanceof Secret) return true;
  if (isList(value)) return value.some(holdsSecret);
  return isMap(value) && Object.values(value).some(holdsSecret);
}
