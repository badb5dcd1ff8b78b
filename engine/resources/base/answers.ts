import { randomBytes } from 'node:crypto';
import { quote } from '../../connection/base/quote.ts';

/** The answer of one command. */
export interface Told {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Returns shell text that runs each of the texts in a subshell, and prints the input of `answersIn`. */
export function askEach(scripts: readonly string[]): string {
  const boundary = randomBytes(12).toString('hex');
  // `eval` keeps a syntax error inside its own subshell, and keeps the text out of the arguments of processes. The text
  // sees no variable of the engine.
  const each = scripts.map(
    (script) => `printf '%s' ${boundary}o
{ runbook_said=$( (eval ${quote(script)}) 2>&1 >&3 3>&- </dev/null ); runbook_status=$?; } 3>&1
printf '%s' "${boundary}e$runbook_status:$runbook_said"; unset runbook_status runbook_said`,
  );
  return [`echo ${boundary}`, ...each, `printf '%s' ${boundary}z`].join('\n');
}

/** Decodes the answers of `askEach`, in the order of its texts. Throws an error if one of them is missing. */
export function answersIn(output: Buffer, count: number): readonly Told[] {
  const newline = output.indexOf(0x0a);
  const boundary = output.subarray(0, Math.max(newline, 0));
  if (boundary.length === 0) throw new Error('the observation of commands is empty');
  let at = newline + 1;
  const upTo = (mark: string): Buffer => {
    const end = Buffer.concat([boundary, Buffer.from(mark)]);
    const next = output.indexOf(end, at);
    if (next === -1) throw new Error('the observation of commands ended early');
    const piece = output.subarray(at, next);
    at = next + end.length;
    return piece;
  };
  upTo('o');
  return Array.from({ length: count }, (_, index): Told => {
    const stdout = upTo('e');
    const ending = upTo(index === count - 1 ? 'z' : 'o').toString('utf8');
    const colon = ending.indexOf(':');
    return { status: Number(ending.slice(0, colon)), stdout, stderr: ending.slice(colon + 1) };
  });
}
