import { passphraseRecipient } from './age/age-scrypt.ts';
import { encryptAge } from './age/age.ts';
import type { Recipient } from './age/recipient.ts';
import { sealAnsible } from './base/ansible-vault.ts';
import { toArmor } from './base/armor.ts';
import { sealedForm } from './base/sealed-form.ts';
import { encryptArmored, encryptBinary } from './encrypt.ts';
import type { OpenedBy } from './vault.ts';

export type Seal = (clear: Buffer) => Promise<Buffer>;

/** Returns a function that encrypts with age for recipients. A binary file stays binary; any other becomes armor. */
export function sealFor(before: Buffer, recipients: readonly Recipient[]): Seal {
  return async (clear) =>
    sealedForm(before) === 'age-binary'
      ? encryptBinary(clear, recipients)
      : Buffer.from(await encryptArmored(clear, recipients));
}

/**
 * Returns a function that encrypts in the way the file was encrypted before: for recipients, with the passphrase that
 * opened it, or for ansible-vault.
 */
export function sealAgain(before: Buffer, by: OpenedBy, recipients: readonly Recipient[]): Seal {
  switch (by.kind) {
    case 'identity':
      return sealFor(before, recipients);
    case 'password':
      return async (clear) => Buffer.from(sealAnsible(clear, by.password));
    case 'passphrase':
      return async (clear) => {
        const sealed = await encryptAge(clear, [await passphraseRecipient(by.passphrase)]);
        return sealedForm(before) === 'age-binary' ? sealed : Buffer.from(toArmor(sealed));
      };
    default:
      return by satisfies never;
  }
}
