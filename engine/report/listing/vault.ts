import { openOutput } from '../text/output.ts';

/**
 * Prints decrypted text, or the bytes of a file, because the operator asked for it. It is the only output without
 * masking.
 */
export function printClear(content: string | Uint8Array, stdout: NodeJS.WritableStream): void {
  const output = openOutput(stdout);
  if (typeof content === 'string') output.write(content);
  else output.writeBytes(content);
}

/** Prints lines about what was done. */
export function printNotes(lines: readonly string[], stdout: NodeJS.WritableStream): void {
  if (lines.length > 0) openOutput(stdout).write(`${lines.join('\n')}\n`);
}
