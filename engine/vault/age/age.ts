import type { Identity, Recipient } from 'age-encryption';
import { Problem } from '../../errors/problem.ts';

/** A key as age-encryption takes it: `AGE-SECRET-KEY-…`, or what tries itself. */
export type AgeKey = string | Identity;

export type OpenedBytes =
  | { readonly kind: 'opened'; readonly bytes: Buffer }
  | { readonly kind: 'failed'; readonly why: string };

/** The header's lines that say for whom a file is; it ends in a line of three dashes. */
const STANZA = /^-> (\S+)/gm;
const HEADER_END = '\n---';

/** A binary age file. Recipients as age-encryption takes them, at least one. */
export async function encryptAge(bytes: Uint8Array, recipients: readonly (string | Recipient)[]): Promise<Buffer> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return asBuffer(await encrypter.encrypt(bytes));
}

/** What a binary age file holds. Throws only what a key of its own throws, such as a Problem. */
export async function decryptAge(bytes: Buffer, keys: readonly AgeKey[]): Promise<OpenedBytes> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  try {
    for (const key of keys) decrypter.addIdentity(key);
    return { kind: 'opened', bytes: asBuffer(await decrypter.decrypt(bytes)) };
  } catch (error) {
    // A fault of ours is not to look like a wrong key.
    if (error instanceof Problem || error instanceof TypeError) throw error;
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

/** For which kinds of recipients a binary age file is: `X25519`, `ssh-ed25519`, `scrypt`, …. */
export function recipientTypes(bytes: Buffer): readonly string[] {
  const end = bytes.indexOf(HEADER_END);
  const header = bytes.toString('latin1', 0, end === -1 ? 0 : end);
  return [...header.matchAll(STANZA)].map(([, type = '']) => type);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
