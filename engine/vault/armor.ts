const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';

/** Each armored age file in a text, indented or not. */
export const ARMOR_BLOCK = /-----BEGIN AGE ENCRYPTED FILE-----[\s\S]*?-----END AGE ENCRYPTED FILE-----/g;

/** True for a file that is encrypted as a whole. */
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
