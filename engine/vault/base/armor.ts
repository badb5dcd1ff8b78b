const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
/** Number of base64 characters in each line except the last. */
const LINE_LENGTH = 64;

/** Matches each armored age file in a text, indented or not. */
export const ARMOR_BLOCK =
  /-----BEGIN AGE ENCRYPTED FILE-----(?:[^-]|-(?!----BEGIN ))*?-----END AGE ENCRYPTED FILE-----/g;

/** True if the text is an armored age file. */
export function isEncrypted(text: string): boolean {
  return text.trimStart().startsWith(BEGIN);
}

/** Returns whether ansible-vault has encrypted the text. */
export function isAnsibleVault(text: string): boolean {
  return text.trimStart().startsWith('$ANSIBLE_VAULT;');
}

/** Removes indentation and empty lines, which age does not accept. */
export function tidyArmor(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return `${lines.join('\n')}\n`;
}

/** Decodes tidy armor. Throws Error if the text is no armor or is damaged. */
function fromArmor(text: string): Buffer {
  const lines = text.trim().split('\n');
  if (lines.shift() !== BEGIN || lines.pop() !== END) throw new Error('Its first or its last line is missing.');
  const last = lines.length - 1;
  const isRight = lines.every(
    (line, index) => line.length === LINE_LENGTH || (index === last && line.length < LINE_LENGTH),
  );
  const encoded = lines.join('');
  const bytes = Buffer.from(encoded, 'base64');
  if (!isRight || bytes.toString('base64') !== encoded) throw new Error('Its base64 is damaged.');
  return bytes;
}

/** Encodes a binary age file as armor, with a line end. */
export function toArmor(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}

/**
 * Returns the binary form of an age file, armored or binary. Throws Error if armor is damaged; does not check binary
 * input.
 */
export function asBinary(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  return isEncrypted(text) ? fromArmor(tidyArmor(text)) : bytes;
}
