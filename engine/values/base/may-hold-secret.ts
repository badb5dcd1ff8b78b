import { Secret } from './secret.ts';

/**
 * Returns whether the arguments of a task contain a secret. Then the state on the host may contain an older secret,
 * which is not in the list of known secrets.
 */
export function mayHoldSecret(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Buffer.isBuffer(given)) return false;
  if (given instanceof Secret) return true;
  return Object.values(given).some(mayHoldSecret);
}
