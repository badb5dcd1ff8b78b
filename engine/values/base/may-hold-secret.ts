import { Secret } from './secret.ts';

/**
 * True where a secret is anywhere within what a task was given: then what it looks at may be an old secret, which
 * nobody has marked.
 */
export function mayHoldSecret(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Buffer.isBuffer(given)) return false;
  if (given instanceof Secret) return true;
  return Object.values(given).some(mayHoldSecret);
}
