import { writeSync } from 'node:fs';

/** Writes the whole text, if possible in one system call. The kernel may write only a part of it at a time. */
export function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
}
