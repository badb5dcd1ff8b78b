const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/**
 * Quotes a text as one word of POSIX shell: the same bytes arrive, and no part of it is executed. Text without special
 * characters stays as it is. Every value in shell text must go through this function. Throws an error for a NUL byte,
 * which cannot be part of a word.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('A NUL byte cannot be passed through a shell');
  if (PLAIN.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
