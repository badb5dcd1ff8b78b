import { Problem } from '../errors/problem.ts';
import { ARMOR_BLOCK, isEncrypted } from './armor.ts';
import type { Vault } from './vault.ts';

/** A text as an armored age file. Throws Problem for what is no recipient. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (error) {
      throw new Problem({
        code: 'vault-recipient',
        what: `"${recipient}" is no age recipient`,
        why: error instanceof Error ? error.message : undefined,
      });
    }
  }
  return `${armor.encode(await encrypter.encrypt(text)).trimEnd()}\n`;
}

/** A value for a YAML file: `!vault |` and the armor below it. With a name, the whole entry. */
export async function encryptValue(text: string, recipients: readonly string[], name: string | undefined): Promise<string> {
  const armored = await encryptText(text, recipients);
  const lines = armored
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  return `${name === undefined ? '' : `${name}: `}!vault |\n${lines.join('\n')}\n`;
}

/** A file encrypted anew for other recipients: as a whole, or each `!vault` value in it. Undefined where nothing in it is encrypted. */
export async function rekeyText(text: string, file: string, vault: Vault, recipients: readonly string[]): Promise<string | undefined> {
  const content = await vault.decryptFile(text, file);
  if (isEncrypted(text)) return encryptText(content, recipients);
  let result = '';
  let copied = 0;
  for (const match of text.matchAll(ARMOR_BLOCK)) {
    const [block] = match;
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    const indent = /^[ ]*/.exec(text.slice(lineStart))?.[0] ?? '';
    const place = { file, line: text.slice(0, match.index).split('\n').length, column: match.index - lineStart + 1 };
    const armored = await encryptText(vault.decrypt(block, place).reveal(), recipients);
    result += text.slice(copied, match.index) + armored.trimEnd().split('\n').join(`\n${indent}`);
    copied = match.index + block.length;
  }
  return copied === 0 ? undefined : result + text.slice(copied);
}
