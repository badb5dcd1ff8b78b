import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Stanza } from 'age-encryption';

// Shared parts of age files: https://c2sp.org/age.

/** Each key is used only once, so the nonce may be zero. */
const NONCE = Buffer.alloc(12);
const TAG_LENGTH = 16;
const FILE_KEY_LENGTH = 16;

/** Encrypts the key of a file for one recipient. */
export function wrapFileKey(fileKey: Uint8Array, key: Buffer): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_LENGTH });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts the key of a file. Returns null if it was encrypted with another key. Throws Error for a wrong length. */
export function unwrapFileKey(body: Uint8Array, key: Buffer): Uint8Array | null {
  if (body.length !== FILE_KEY_LENGTH + TAG_LENGTH) throw new Error('the header is damaged');
  const decipher = createDecipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_LENGTH });
  decipher.setAuthTag(body.subarray(FILE_KEY_LENGTH));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, FILE_KEY_LENGTH)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Encodes bytes as base64 without `=` at the end, as age writes it in headers. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('base64')
    .replace(/={1,2}$/, '');
}

/** Returns the bytes of an argument of a stanza. Throws Error if there are not `length` bytes. */
export function argument(stanza: Stanza, index: number, length: number): Buffer {
  const bytes = Buffer.from(stanza.args[index] ?? '', 'base64');
  if (bytes.length !== length) throw new Error('the header is damaged');
  return bytes;
}
