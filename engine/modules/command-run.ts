import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import type { Request, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import { ABSENT } from '../resources/file-state.ts';
import type { Prediction } from '../resources/resource.ts';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import { boolean, path, text } from './arguments.ts';
import { finishCommand, unknownResult } from './command-result.ts';
import type { Context, Outcome } from './module.ts';

/** The arguments that command, shell and script share. */
export const runArguments = {
  chdir: path().optional().describe('The directory that it runs in.'),
  creates: path().optional().describe('A path that it brings: where it exists, there is nothing to do.'),
  removes: path().optional().describe('A path that it takes away: where it does not exist, there is nothing to do.'),
  stdin: text().optional().describe('What it reads from its standard input; may be secret.'),
  stdin_add_newline: boolean().default(true).describe('Whether a newline is put behind stdin.'),
};

export interface RunArguments {
  readonly chdir?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly stdin?: string | Secret | Unknown | undefined;
  readonly stdin_add_newline: boolean;
}

export function runRequests(args: RunArguments): readonly Request[] {
  return [args.creates, args.removes].flatMap((one) => (one === undefined ? [] : [file(one)]));
}

/**
 * A command that is run: always, unless `creates` or `removes` tell that there is nothing to do.
 * `shown` is its line for the diff; `script` what is run, undefined where it holds what is not known yet.
 */
export function planRun(
  args: RunArguments,
  shown: string | Secret | Unknown,
  script: string | undefined,
  seen: Seen,
  context: Context,
): Outcome {
  const { creates, removes } = args;
  const done =
    creates !== undefined && seen.of(file(creates)).type !== 'absent'
      ? `${creates} exists`
      : removes !== undefined && seen.of(file(removes)).type === 'absent'
        ? `${removes} does not exist`
        : undefined;
  if (done !== undefined)
    return {
      kind: 'in_sync',
      result: { rc: 0, stdout: `skipped: ${done}`, stdout_lines: [`skipped: ${done}`], stderr: '', stderr_lines: [] },
    };
  const asked = runRequests(args);
  const isAskable = asked.length > 0;
  const certainty = asked.some((one) => seen.certainty(one) === 'after_change') ? 'after_change' : 'certain';
  const because = 'a command that has not run yet';
  return {
    kind: 'change',
    differences: [{ kind: 'command', text: shown instanceof Unknown ? 'a command line that is known after an earlier change' : shown }],
    certainty: isAskable ? certainty : 'opaque',
    predictions: removal(args),
    touches: 'everything',
    planned: unknownResult(because),
    apply: () => {
      if (script === undefined || args.stdin instanceof Unknown) throw new Error('a command that is not known cannot be run');
      return { script: inEnvironment(args, args.stdin, script, context), finish: finishCommand };
    },
  };
}

/** What a command creates is not known beforehand, but what it removes is: nothing. */
function removal(args: RunArguments): readonly Prediction[] {
  return args.removes === undefined ? [] : [predict(file(args.removes), ABSENT)];
}

function inEnvironment(args: RunArguments, stdin: string | Secret | undefined, script: string, context: Context): string {
  const directory = args.chdir === undefined ? '' : `cd -- ${quote(args.chdir)} || exit 1\n`;
  if (stdin === undefined) return `${context.preamble}${directory}${script}\n`;
  const input = stdin instanceof Secret ? stdin.reveal() : stdin;
  return `${context.preamble}${directory}printf %s ${quote(args.stdin_add_newline ? `${input}\n` : input)} | {\n${script}\n}\n`;
}
