import type { Changed, Completed } from './frame.ts';

/** One of several changes that a host makes one after the other. All are shell text. */
export interface TogetherPart {
  /** Runs before the change, which is not made if this fails; may be empty. */
  readonly ahead: string;
  readonly change: string;
  /** A condition. The next change is made only if it holds after this one. */
  readonly proof: string;
}

/** The answer for one part; see `Changed`. */
export type PartAnswer =
  | { readonly kind: 'begun'; readonly change: Completed }
  | Extract<Changed, { kind: 'not_begun' }>;

export interface TogetherAnswer {
  /** The answers up to the part at which the script has ended. */
  readonly parts: readonly PartAnswer[];
  /** Undefined if the shell ended before this look. */
  readonly look: Completed | undefined;
}

/**
 * Composes one script: the changes in their order, each in a subshell, up to the first that fails or whose proof does
 * not hold; then `look`, in any case. It prints the answers in one piece. `boundary`: an unguessable word, which the
 * output of a change cannot contain.
 */
export function togetherScript(parts: readonly TogetherPart[], look: string, boundary: string): string {
  return [
    'runbook_r=',
    'runbook_changes() {',
    ...parts.map((part, index) => partText(part, index, boundary)),
    '}',
    'runbook_changes',
    `printf %s "\${runbook_r}${boundary}z"`,
    look,
  ].join('\n');
}

function partText({ ahead, change, proof }: TogetherPart, index: number, boundary: string): string {
  const said = (letter: string, status: string): string =>
    `runbook_r="\${runbook_r}${boundary}${letter}${index}:${status}:$runbook_o"`;
  return [
    ...(ahead === '' ? [] : [`${outputOf(ahead)} || { ${said('n', '$?')}; return; }`]),
    `${outputOf(change)}; runbook_s=$?`,
    said('c', '$runbook_s'),
    `[ $runbook_s = 0 ] && ${proof} || return`,
  ].join('\n');
}

/**
 * A command substitution is the subshell of the script: `exit` and settings of the shell end with it. A script that has
 * begun is finished even if the session ends, because a brief one need not clean up after itself.
 */
function outputOf(script: string): string {
  return `runbook_o=$( { trap '' HUP INT TERM\n${script}\n} 2>&1 )`;
}

/** Takes apart the answer to a script of `togetherScript`. */
export function togetherAnswer(answer: Completed, boundary: string): TogetherAnswer {
  const { stdout } = answer;
  const end = stdout.indexOf(`${boundary}z`);
  if (end === -1) return { parts: [], look: undefined };
  const look = { ...answer, stdout: stdout.subarray(end + boundary.length + 1) };
  const parts: PartAnswer[] = [];
  for (let at = stdout.indexOf(boundary); at < end;) {
    const begin = at + boundary.length;
    const next = stdout.indexOf(boundary, begin);
    parts.push(partAnswer(stdout.subarray(begin, next)));
    at = next;
  }
  return { parts, look };
}

/** The text of a part: `c0:STATUS:OUTPUT`. */
function partAnswer(text: Buffer): PartAnswer {
  const first = text.indexOf(':');
  const second = text.indexOf(':', first + 1);
  const status = Number(text.subarray(first + 1, second).toString('latin1'));
  const output = text.subarray(second + 1);
  const stderr = output.length === 0 ? output : Buffer.concat([output, Buffer.from('\n')]);
  const completed: Completed = { status, stdout: Buffer.alloc(0), stderr, cut: false };
  return text[0] === 'n'.charCodeAt(0) ? { kind: 'not_begun', ahead: completed } : { kind: 'begun', change: completed };
}
