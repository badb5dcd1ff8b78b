import { Buffer } from 'node:buffer';

// A byte that is not UTF-8 becomes one half of a surrogate pair: U+DC80 to U+DCFF, as with surrogateescape of Python.
// No other text contains such a half alone.

/** Converts the bytes of a file to a text without losing any: `bytesOf` returns the same bytes. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return !text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes)
    ? text
    : decoded(bytes, (byte) => String.fromCharCode(0xdc00 + byte));
}

/** Converts a text of `textOf` back to the same bytes. Other texts become UTF-8. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    text
      .split(LONE_BYTE)
      .map((piece) => (isLoneByte(piece) ? Buffer.from([piece.charCodeAt(0) - 0xdc00]) : Buffer.from(piece, 'utf8'))),
  );
}

/** Converts bytes to a text for people. Bytes that are not UTF-8 are written as `\xe9`. */
export function readably(bytes: Buffer): string {
  return textOf(bytes).replace(LONE_BYTE, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16)}`);
}

/** The flag `u` matches code points, so that halves of a complete pair are not found. */
const LONE_BYTE = /([\udc80-\udcff])/gu;

function isLoneByte(piece: string): boolean {
  return piece.length === 1 && piece >= '\udc80' && piece <= '\udcff';
}

function decoded(bytes: Buffer, odd: (byte: number) => string): string {
  // One character for each byte: the expression finds the sequences that are UTF-8, and the other bytes.
  return bytes
    .toString('latin1')
    .replace(NON_ASCII, (piece) =>
      piece.length === 1 ? odd(piece.charCodeAt(0)) : Buffer.from(piece, 'latin1').toString('utf8'),
    );
}

const NON_ASCII =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;
