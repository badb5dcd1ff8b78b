const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/**
 * Text as one word of POSIX shell: the same bytes arrive, nothing in it is ever run. Plain text stays as it is.
 * The one gate for whatever gets into shell text. A NUL byte cannot be part of a shell word: it is an error.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('A NUL byte cannot be passed through a shell');
  if (PLAIN.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
