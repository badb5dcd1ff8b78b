const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
/** Of base64 in each line but the last. */
const LINE_LENGTH = 64;

/** Each armored age file in a text, indented or not. */
export const ARMOR_BLOCK = /-----BEGIN AGE ENCRYPTED FILE-----[\s\S]*?-----END AGE ENCRYPTED FILE-----/g;

/** True for the text of a file that is encrypted by age as a whole, in armor. */
export function isEncrypted(text: string): boolean {
  return text.trimStart().startsWith(BEGIN);
}

export function isAnsibleVault(text: string): boolean {
  return text.trimStart().startsWith('$ANSIBLE_VAULT;');
}

/** Armor without indentation and empty lines, as age wants it. */
export function tidyArmor(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return `${lines.join('\n')}\n`;
}

/** The bytes that tidy armor holds. Throws Error for what is no armor. */
function fromArmor(text: string): Buffer {
  const lines = text.trim().split('\n');
  if (lines.shift() !== BEGIN || lines.pop() !== END) throw new Error('its first or its last line is missing');
  const last = lines.length - 1;
  const isRight = lines.every(
    (line, index) => line.length === LINE_LENGTH || (index === last && line.length < LINE_LENGTH),
  );
  const encoded = lines.join('');
  const bytes = Buffer.from(encoded, 'base64');
  if (!isRight || bytes.toString('base64') !== encoded) throw new Error('its base64 is damaged');
  return bytes;
}

/** Bytes of a binary age file as armor, with a line end. */
export function toArmor(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}

/** An age file in its binary form. Throws Error where it is neither that nor armor. */
export function asBinary(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  return isEncrypted(text) ? fromArmor(tidyArmor(text)) : bytes;
}
