import type { Secret } from '../../values/base/secret.ts';

/** Asks whoever runs the command for a secret. Throws Problem where nobody can be asked. */
export type Ask = (question: string) => Promise<Secret>;

/** How often somebody may mistype. */
const ATTEMPTS = 3;

/**
 * What `open` makes of the passphrase that is asked for; it gives undefined for a wrong one. Undefined after three
 * wrong ones. Throws Problem.
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
