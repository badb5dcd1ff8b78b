import type { Identity, Recipient } from 'age-encryption';
import { Problem } from '../../errors/problem.ts';

/** A key for age-encryption: `AGE-SECRET-KEY-…`, or an object that decrypts the file key itself. */
export type AgeKey = string | Identity;

export type OpenedBytes =
  | { readonly kind: 'opened'; readonly bytes: Buffer }
  | { readonly kind: 'failed' | 'damaged'; readonly why: string };

/** A header line that names a kind of recipient. The header ends with a line of three dashes. */
const STANZA = /^-> (\S+)/gm;
const HEADER_END = '\n---';

/** Encrypts bytes as a binary age file, for one recipient or more in the form that age-encryption takes. */
export async function encryptAge(bytes: Uint8Array, recipients: readonly (string | Recipient)[]): Promise<Buffer> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return asBuffer(await encrypter.encrypt(bytes));
}

/**
 * Decrypts a binary age file. Throws only Problem or TypeError; returns `failed` if no key fits, and `damaged`
 * for a file that is not whole.
 */
export async function decryptAge(bytes: Buffer, keys: readonly AgeKey[]): Promise<OpenedBytes> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  try {
    for (const key of keys) decrypter.addIdentity(key);
    return { kind: 'opened', bytes: asBuffer(await decrypter.decrypt(bytes)) };
  } catch (error) {
    // An error in this program must not look like a wrong key.
    if (error instanceof Problem || error instanceof TypeError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return isAboutKeys(why) ? { kind: 'failed', why } : { kind: 'damaged', why: CHANGED.get(why) ?? why };
  }
}

/** The messages of the library for content that does not match its digest, in plain words. */
const CHANGED: ReadonlyMap<string, string> = new Map([
  ['invalid tag', 'Its content is not what was encrypted.'],
  ['invalid header HMAC', 'Its header is not what was encrypted.'],
]);

/** True if another key or a greater limit could open the file: it is not damaged. */
function isAboutKeys(why: string): boolean {
  return why.includes('no identity matched') || why.includes('work factor');
}

/** Returns the kinds of recipients of a binary age file, such as `X25519`, `ssh-ed25519`, `scrypt`. */
export function recipientTypes(bytes: Buffer): readonly string[] {
  const end = bytes.indexOf(HEADER_END);
  const header = bytes.toString('latin1', 0, end === -1 ? 0 : end);
  return [...header.matchAll(STANZA)].map(([, type = '']) => type);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
