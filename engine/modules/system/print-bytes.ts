import { quote } from '../../connection/base/quote.ts';

/**
 * Returns shell text that prints exactly these bytes. A builtin of the shell prints them, so that they are in the
 * arguments of no process.
 */
export function printBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!bytes.includes(0) && Buffer.from(text, 'utf8').equals(bytes)) return `printf %s ${quote(text)}`;
  const escaped = bytes
    .toString('latin1')
    .replace(/[\\\0\x80-\xff]/g, (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `printf %b ${quote(escaped)}`;
}
