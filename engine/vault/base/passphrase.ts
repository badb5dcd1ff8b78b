import type { Secret } from '../../values/base/secret.ts';

/** Asks the user for a secret. Throws Problem if nobody can be asked. */
export type Ask = (question: string) => Promise<Secret>;

/** Number of times a passphrase is asked for. */
const ATTEMPTS = 3;

/**
 * Asks for a passphrase and returns the result of `open`, which returns undefined for a wrong one. Returns undefined
 * after three wrong ones. Throws Problem if nobody can be asked.
 */
export async function openedByPassphrase<Result>(
  question: string,
  ask: Ask,
  open: (passphrase: Secret) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const result = await open(await ask(attempt === 1 ? question : `That was not it. ${question}`));
    if (result !== undefined) return result;
  }
  return undefined;
}
