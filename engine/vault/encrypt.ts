import { encryptAge } from './age/age.ts';
import { type Recipient, parseRecipient } from './age/recipient.ts';
import { ANSIBLE_BLOCK } from './base/ansible-vault.ts';
import { ARMOR_BLOCK, toArmor } from './base/armor.ts';

/** Encrypts bytes as an armored age file. */
export async function encryptArmored(bytes: Uint8Array, recipients: readonly Recipient[]): Promise<string> {
  return toArmor(await encryptBinary(bytes, recipients));
}

/** Encrypts bytes as a binary age file. */
export function encryptBinary(bytes: Uint8Array, recipients: readonly Recipient[]): Promise<Buffer> {
  return encryptAge(
    bytes,
    recipients.map(({ key }) => key),
  );
}

/** Encrypts a text as an armored age file for recipients in text form. Throws Problem for an invalid recipient. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<string> {
  const parsed: Recipient[] = [];
  for (const recipient of recipients) parsed.push(await parseRecipient(recipient));
  return encryptArmored(Buffer.from(text), parsed);
}

/**
 * Encrypts a value for a YAML file: returns `!vault |` and the armor below it. With `name`, returns the whole entry.
 */
export async function encryptValue(
  text: string,
  recipients: readonly Recipient[],
  name: string | undefined,
): Promise<string> {
  const armored = await encryptArmored(Buffer.from(text), recipients);
  const lines = armored
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  return `${name === undefined ? '' : `${name}: `}!vault |\n${lines.join('\n')}\n`;
}

/** An encrypted value in a file. Line and column are those of its first character, counted from 1. */
export interface SealedBlock {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Encrypts each `!vault` value of a file again, with age; all other bytes stay the same. `open` decrypts a value.
 * Returns undefined if the file has no such value.
 */
export async function rekeyValues(
  bytes: Buffer,
  recipients: readonly Recipient[],
  open: (block: SealedBlock) => Promise<Uint8Array>,
): Promise<Buffer | undefined> {
  // In latin1 a character is a byte, so all other bytes stay the same.
  const text = bytes.toString('latin1');
  const blocks = [...text.matchAll(ARMOR_BLOCK), ...text.matchAll(ANSIBLE_BLOCK)].toSorted(
    (one, other) => one.index - other.index,
  );
  let result = '';
  let copied = 0;
  for (const match of blocks) {
    const [block] = match;
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    const indent = /^[ ]*/.exec(text.slice(lineStart))?.[0] ?? '';
    const line = text.slice(0, match.index).split('\n').length;
    const armored = await encryptArmored(
      await open({ text: block, line, column: match.index - lineStart + 1 }),
      recipients,
    );
    const lineEnd = block.includes('\r\n') ? '\r\n' : '\n';
    result += text.slice(copied, match.index) + armored.trimEnd().split('\n').join(`${lineEnd}${indent}`);
    copied = match.index + block.length;
  }
  return blocks.length === 0 ? undefined : Buffer.from(result + text.slice(copied), 'latin1');
}
