import { randomBytes } from 'node:crypto';

/** Gives that many random bytes. */
export type RandomSource = (size: number) => Uint8Array;

/** 32 random bytes in base64: a key for secretbox or AES-256 in the apiserver's encryption at rest. */
export function createEncryptionKey(random: RandomSource = randomBytes): string {
  return Buffer.from(random(32)).toString('base64');
}

/**
 * A bootstrap token `[a-z0-9]{6}.[a-z0-9]{16}`: the part before the dot is its public name, the other one the secret.
 */
export function createBootstrapToken(random: RandomSource = randomBytes): string {
  return `${letters(6, random)}.${letters(16, random)}`;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Each letter equally likely: bytes beyond the last whole multiple of the alphabet are thrown away. */
function letters(count: number, random: RandomSource): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < count) {
    for (const byte of random(count - text.length)) {
      if (byte < limit) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
