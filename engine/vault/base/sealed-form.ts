import { open } from 'node:fs/promises';
import { isAnsibleVault, isEncrypted } from './armor.ts';

/** The tool and form in which a file is encrypted. */
export type SealedForm = 'age-armor' | 'age-binary' | 'ansible-vault' | 'sops';

const AGE_BINARY = Buffer.from('age-encryption.org/v1\n');
/** Number of bytes that show the form. They can be cut anywhere: the first lines of the forms are ASCII. */
const HEAD_BYTES = 4096;
/** Matches the place of the SOPS metadata: in YAML and JSON, in dotenv files, in INI files. */
const SOPS_PART = /(?:^|[{,\s])"?sops"?\s*:|^sops_mac=|^\[sops\]/m;
const SOPS_VALUE = 'ENC[AES256_GCM,';

/**
 * True if age or ansible-vault encrypted the whole file. SOPS files do not count. The first HEAD_BYTES bytes are
 * enough.
 */
export function isSealed(bytes: Buffer): boolean {
  const form = sealedForm(bytes.subarray(0, HEAD_BYTES));
  return form !== undefined && form !== 'sops';
}

/** Does the same as `isSealed` for the file at a path. Throws the system error if the file cannot be read. */
export async function isSealedFile(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return isSealed(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Returns how a file is encrypted: as a whole, or value by value (SOPS). Returns undefined for other files. */
export function sealedForm(bytes: Buffer): SealedForm | undefined {
  if (bytes.subarray(0, AGE_BINARY.length).equals(AGE_BINARY)) return 'age-binary';
  const head = bytes.toString('utf8', 0, HEAD_BYTES);
  if (isEncrypted(head)) return 'age-armor';
  if (isAnsibleVault(head)) return 'ansible-vault';
  return bytes.includes(SOPS_VALUE) && SOPS_PART.test(bytes.toString('latin1')) ? 'sops' : undefined;
}
