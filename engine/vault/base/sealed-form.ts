import { open } from 'node:fs/promises';
import { isAnsibleVault, isEncrypted } from './armor.ts';

/** By what, and in which form, a file is encrypted. */
export type SealedForm = 'age-armor' | 'age-binary' | 'ansible-vault' | 'sops';

const AGE_BINARY = Buffer.from('age-encryption.org/v1\n');
/** The first lines of all other forms are ASCII. */
const HEAD_BYTES = 4096;
/** Where SOPS keeps what it knows of a file: in YAML and JSON, in dotenv files, in INI files. */
const SOPS_PART = /(?:^|[{,\s])"?sops"?\s*:|^sops_mac=|^\[sops\]/m;
const SOPS_VALUE = 'ENC[AES256_GCM,';

/**
 * Whether a file is encrypted as a whole, by age or ansible-vault: a file of SOPS is one of its own form. Its beginning
 * is enough.
 */
export function isSealed(bytes: Buffer): boolean {
  const form = sealedForm(bytes.subarray(0, HEAD_BYTES));
  return form !== undefined && form !== 'sops';
}

/** The same, of the file at a path. */
export async function isSealedFile(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return isSealed(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** How a file is encrypted as a whole, or, by SOPS, value by value; undefined for one that is not. */
export function sealedForm(bytes: Buffer): SealedForm | undefined {
  if (bytes.subarray(0, AGE_BINARY.length).equals(AGE_BINARY)) return 'age-binary';
  const head = bytes.toString('utf8', 0, HEAD_BYTES);
  if (isEncrypted(head)) return 'age-armor';
  if (isAnsibleVault(head)) return 'ansible-vault';
  return bytes.includes(SOPS_VALUE) && SOPS_PART.test(bytes.toString('latin1')) ? 'sops' : undefined;
}
