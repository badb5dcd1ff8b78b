import { quote } from '../../connection/base/quote.ts';

/** Shell text that prints exactly these bytes, by a builtin of the shell: they are in no process's arguments. */
export function printBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!bytes.includes(0) && Buffer.from(text, 'utf8').equals(bytes)) return `printf %s ${quote(text)}`;
  const escaped = bytes
    .toString('latin1')
    .replace(/[\\\0\x80-\xff]/g, (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `printf %b ${quote(escaped)}`;
}
