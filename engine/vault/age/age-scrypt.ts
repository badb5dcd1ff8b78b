import { randomBytes, scrypt } from 'node:crypto';
import type { Identity, Recipient } from 'age-encryption';
import type { Secret } from '../../values/base/secret.ts';
import { argument, base64, unwrapFileKey, wrapFileKey } from './age-stanza.ts';

// Age files that a passphrase opens: https://c2sp.org/age.

const LABEL = 'age-encryption.org/v1/scrypt';
const SALT_LENGTH = 16;
/** The value of the age program: about one second. */
const WORK_FACTOR = 18;
/** Limits what a file can use up: 4 GiB of memory, and 16 times the work of WORK_FACTOR. */
const MAX_WORK_FACTOR = 22;
const BLOCK_SIZE = 8;

/** Encrypts for everybody who knows the passphrase. It must be the only recipient of a file. */
export async function passphraseRecipient(passphrase: Secret): Promise<Recipient> {
  const { Stanza } = await import('age-encryption');
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_LENGTH);
      const key = await derive(passphrase, salt, WORK_FACTOR);
      return [new Stanza(['scrypt', base64(salt), String(WORK_FACTOR)], wrapFileKey(fileKey, key))];
    },
  };
}

/**
 * Opens a file that is encrypted with a passphrase. `open` gets passphrases and calls `attempt` with each; it returns
 * the file key, or undefined if no passphrase is right. Throws Error if the header is damaged or the work factor is too
 * high.
 */
export function passphraseIdentity(
  open: (attempt: (passphrase: Secret) => Promise<Uint8Array | undefined>) => Promise<Uint8Array | undefined>,
): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return null;
      const factor = Number(stanza.args[2]);
      if (stanzas.length !== 1 || !/^[1-9]\d*$/.test(stanza.args[2] ?? '')) throw new Error('the header is damaged');
      if (factor > MAX_WORK_FACTOR) throw new Error(`its scrypt work factor ${factor} is above ${MAX_WORK_FACTOR}`);
      const salt = argument(stanza, 1, SALT_LENGTH);
      const fileKey = await open(
        async (passphrase) => unwrapFileKey(stanza.body, await derive(passphrase, salt, factor)) ?? undefined,
      );
      return fileKey ?? null;
    },
  };
}

function derive(passphrase: Secret, salt: Buffer, factor: number): Promise<Buffer> {
  const cost = 2 ** factor;
  const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: 2 * 128 * cost * BLOCK_SIZE };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.reveal(), Buffer.concat([Buffer.from(LABEL), salt]), 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
