import { Buffer } from 'node:buffer';

// A byte that is no UTF-8 is a half of a surrogate pair, alone: U+DC80 to U+DCFF, as Python's surrogateescape has it.
// No text has one.

/** The bytes of a file as text that loses none of them: `bytesOf` gives the same bytes. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return !text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes)
    ? text
    : decoded(bytes, (byte) => String.fromCharCode(0xdc00 + byte));
}

export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    text
      .split(LONE_BYTE)
      .map((piece) => (isLoneByte(piece) ? Buffer.from([piece.charCodeAt(0) - 0xdc00]) : Buffer.from(piece, 'utf8'))),
  );
}

/** For a person: bytes that are no UTF-8 as `\xe9`. */
export function readably(bytes: Buffer): string {
  return textOf(bytes).replace(LONE_BYTE, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16)}`);
}

/** By code points: what belongs to a pair is not found. */
const LONE_BYTE = /([\udc80-\udcff])/gu;

function isLoneByte(piece: string): boolean {
  return piece.length === 1 && piece >= '\udc80' && piece <= '\udcff';
}

function decoded(bytes: Buffer, odd: (byte: number) => string): string {
  // One character a byte: what is UTF-8 is found by an expression, the rest are odd bytes.
  return bytes
    .toString('latin1')
    .replace(NON_ASCII, (piece) =>
      piece.length === 1 ? odd(piece.charCodeAt(0)) : Buffer.from(piece, 'latin1').toString('utf8'),
    );
}

const NON_ASCII =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;
