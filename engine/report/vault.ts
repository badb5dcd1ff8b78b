import { openOutput } from './output.ts';

/** Prints what is to be seen in clear, because it was asked for. The only output that is not masked. */
export function printClear(text: string, stdout: NodeJS.WritableStream): void {
  openOutput(stdout).write(text);
}

/** Prints lines about what was done. */
export function printNotes(lines: readonly string[], stdout: NodeJS.WritableStream): void {
  if (lines.length > 0) openOutput(stdout).write(`${lines.join('\n')}\n`);
}
