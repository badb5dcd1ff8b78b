import { isUtf8 } from 'node:buffer';
import { Problem } from '../../errors/problem.ts';

const LINE_END = 0x0a;

/**
 * Decodes a file of the controller, with its byte order mark. Throws Problem `not-utf8` with the place of the first
 * wrong byte, so no text ever contains U+FFFD by accident.
 */
export function textIn(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const { line, column, byte } = firstWrong(bytes);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  throw new Problem({
    code: 'not-utf8',
    what: `${file} is not UTF-8 text`,
    place: { file, line, column, length: 1 },
    why: isUtf16
      ? 'It begins as UTF-16 does.'
      : `The byte 0x${byte.toString(16).toUpperCase().padStart(2, '0')} stands there.`,
    remedy: `Save it as UTF-8, such as with \`iconv -f ${isUtf16 ? 'UTF-16' : 'ISO-8859-1'} -t UTF-8\`. A file that copy sends by src may contain any bytes.`,
  });
}

/** Removes the byte order mark that some editors put at the beginning of a text. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * Decodes a template. As Jinja does with templates, line ends of Windows are converted, and do not reach hosts. Throws
 * Problem `not-utf8`.
 */
export function templateTextIn(bytes: Buffer, file: string): string {
  return withoutMark(textIn(bytes, file)).replace(/\r\n?/g, '\n');
}

/**
 * No UTF-8 character of several bytes contains a line end, so the first line that is not UTF-8 contains the first wrong
 * byte.
 */
function firstWrong(bytes: Buffer): { readonly line: number; readonly column: number; readonly byte: number } {
  let begin = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(LINE_END, begin);
    const text = bytes.subarray(begin, end === -1 ? bytes.length : end);
    if (!isUtf8(text)) {
      const right = rightBytes(text);
      return { line, column: text.toString('utf8', 0, right).length + 1, byte: text[right] ?? 0 };
    }
    if (end === -1) return { line, column: 1, byte: 0 };
    begin = end + 1;
  }
}

/** Returns the number of bytes at the beginning that are UTF-8. */
function rightBytes(bytes: Buffer): number {
  const read = Buffer.from(bytes.toString('utf8'), 'utf8');
  let right = bytes.findIndex((byte, index) => byte !== read[index]);
  while (right > 0 && !isUtf8(bytes.subarray(0, right))) right -= 1;
  return Math.max(right, 0);
}
