import type { Recipient as AgeRecipient } from 'age-encryption';
import { Problem, type Place } from '../../errors/problem.ts';
import { sshRecipient } from './age-ssh.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';

/** A public key for which something is encrypted. */
export interface Recipient {
  /** The text that the user wrote, such as `age1…` or `ssh-ed25519 AAAA… alice`. */
  readonly text: string;
  readonly key: string | AgeRecipient;
}

/** Parses `age1…` or an SSH public key line. Throws Problem `vault-recipient` for any other text. */
export async function parseRecipient(text: string, place?: Place): Promise<Recipient> {
  try {
    if (!text.startsWith('age1')) return { text, key: await sshRecipient(parseSshPublicKey(text)) };
    const { Encrypter } = await import('age-encryption');
    new Encrypter().addRecipient(text);
    return { text, key: text };
  } catch (error) {
    throw new Problem({
      code: 'vault-recipient',
      what: `${place === undefined ? `"${text}"` : 'this'} is not a recipient`,
      place,
      why: error instanceof Error ? error.message : undefined,
      remedy:
        'Write age1… (`runbook vault keygen` prints yours), or the line of a file ~/.ssh/id_ed25519.pub or id_rsa.pub.',
    });
  }
}
