import { createDecipheriv } from 'node:crypto';
import type { ScalarNode } from '../../values/base/node.ts';
import { revealed } from '../../values/base/revealed.ts';

const SEALED = /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]*),tag:([^,]*),type:([^,]*)\]$/;
const TAG_LENGTH = 16;

/** The content of an encrypted value. SOPS writes a comment in a list as an item, which is no value. */
export type SopsValue =
  | { readonly kind: 'value'; readonly value: string | number | boolean; readonly bytes: Buffer }
  | { readonly kind: 'comment' };

/** Returns whether the value is a text in the form of a value that SOPS has encrypted: `ENC[…]`. */
export function isSealedValue(value: unknown): value is string {
  return typeof value === 'string' && SEALED.test(value);
}

/**
 * Decrypts one value. `path` holds the names that lead to the value in the file; the encryption binds the value to it.
 * Throws Error with the reason if that fails.
 */
export function openValue(sealed: string, key: Buffer, path: string): SopsValue {
  if (sealed === '') return { kind: 'value', value: '', bytes: Buffer.alloc(0) };
  const [, data = '', iv = '', tag = '', type = ''] = SEALED.exec(sealed) ?? [];
  if (type === '') throw new Error('It is not encrypted, and by the rules of the file it should be.');
  const tagBytes = Buffer.from(tag, 'base64');
  if (tagBytes.length !== TAG_LENGTH) throw new Error('It is damaged.');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: TAG_LENGTH });
  decipher.setAAD(Buffer.from(path));
  decipher.setAuthTag(tagBytes);
  try {
    const bytes = Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]);
    return typed(bytes, type);
  } catch (error) {
    if (error instanceof Unfit) throw error;
    throw new Error('It was changed, or comes from another place or another file.', { cause: error });
  }
}

class Unfit extends Error {}

function typed(bytes: Buffer, type: string): SopsValue {
  const text = bytes.toString('utf8');
  switch (type) {
    case 'str':
    case 'bytes':
    case 'time':
      return { kind: 'value', value: text, bytes };
    case 'int':
    case 'float': {
      const number = Number(text);
      if (!Number.isFinite(number) || (type === 'int' && !Number.isSafeInteger(number)))
        throw new Unfit('It contains a number that is too large; quote it to have it as text.');
      return { kind: 'value', value: number, bytes };
    }
    case 'bool':
      return { kind: 'value', value: /^(?:1|t|true)$/i.test(text), bytes };
    case 'comment':
      return { kind: 'comment' };
    default:
      throw new Unfit(`It is of the type ${type}, which is unknown.`);
  }
}

/** Returns the text by which a clear value counts in the digest of the file; undefined for null. */
export function digestBytes({ value, source }: ScalarNode): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number')
    return /^[-+]?(?:\d+|0[xob][\da-fA-F]+)$/.test(source) ? BigInt(source).toString() : fixed(value);
  return revealed(value);
}

/** Writes a number without an exponent, in the fewest digits that identify it. */
function fixed(value: number): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
