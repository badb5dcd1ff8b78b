import { quote } from '../../connection/base/quote.ts';
import { unguessable } from '../../connection/base/unguessable.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { revealed } from '../../values/base/revealed.ts';
import type { Secret } from '../../values/base/secret.ts';
import { type Value, Unknown } from '../../values/base/value.ts';
import { boolean, path, text } from '../base/arguments.ts';
import type { Context, Finished, Impossible, Outcome } from '../base/module.ts';
import { finishCommand, unknownResult } from './command-result.ts';
import { alreadyDone, createsRemoves, createsRemovesRequests, type CreatesRemoves } from './creates-removes.ts';

/** The arguments that command, shell and script share. */
export const runArguments = {
  chdir: path().optional().describe('The directory in which the command runs.'),
  ...createsRemoves,
  stdin: text().optional().describe('The text that the command reads from its standard input. It may be secret.'),
  stdin_add_newline: boolean().default(true).describe('Whether a newline is added at the end of stdin.'),
};

export interface RunArguments extends CreatesRemoves {
  readonly stdin?: string | Secret | Unknown | undefined;
  readonly stdin_add_newline: boolean;
}

/**
 * Returns the requests for the paths of `creates` and `removes`. With one of them, the folder of `chdir` is requested
 * too: only then is the plan certain enough to report that it is missing.
 */
export function runRequests(args: RunArguments): readonly Request[] {
  const asked = createsRemovesRequests(args);
  return asked.length === 0 || args.chdir === undefined ? asked : [...asked, file(args.chdir, 'target')];
}

export interface CommandToRun {
  /** The command line for the diff. */
  readonly shown: string | Secret | Unknown;
  /** The command for `register`. */
  readonly cmd: Value;
  /** The script to run; undefined if a value in it is not known yet. */
  readonly script: string | undefined;
}

/** Plans a command that always runs, unless `creates` or `removes` show that there is nothing to do. */
export function planRun(
  args: RunArguments,
  { shown, cmd, script }: CommandToRun,
  seen: Seen,
  context: Context,
): Outcome {
  const done = alreadyDone(args, seen);
  const open = createsRemovesRequests(args).find(
    (one) => one.kind.name === 'file' && seen.certainty(one) === 'after_change',
  );
  if (done !== undefined && open !== undefined) {
    const because = `an earlier change that may bring or remove ${open.id}`;
    return { kind: 'cannot_know', because, planned: { ...unknownResult(because), cmd } };
  }
  if (done !== undefined) {
    const stdout = `skipped, since ${done}`;
    return { kind: 'in_sync', result: { cmd, rc: 0, stdout, stdout_lines: [stdout], stderr: '', stderr_lines: [] } };
  }
  const asked = createsRemovesRequests(args);
  const missing = asked.length === 0 ? undefined : missingFolder(args, cmd, seen);
  if (missing !== undefined) return missing;
  const isAskable = asked.length > 0;
  const certainty = asked.some((one) => seen.certainty(one) === 'after_change') ? 'after_change' : 'certain';
  const because = 'a command that has not run yet';
  return {
    kind: 'change',
    differences: [
      {
        kind: 'command',
        text: shown instanceof Unknown ? 'a command line that is known after an earlier change' : shown,
      },
    ],
    certainty: isAskable ? certainty : 'opaque',
    // `removes` says when to run, but not what the result is.
    predictions: [],
    touches: 'everything',
    planned: { cmd, ...unknownResult(because) },
    apply: () => {
      if (script === undefined || args.stdin instanceof Unknown)
        throw new Error('a command that is not known cannot be run');
      const mark = unguessable(8);
      return {
        script: inEnvironment(args, args.stdin, script, { preamble: context.preamble, mark }),
        talks: true,
        finish: (completed) =>
          args.chdir !== undefined && completed.stderr.toString('latin1') === mark
            ? noFolder(args.chdir, cmd)
            : withCommand(finishCommand(completed), cmd),
      };
    },
  };
}

/**
 * Returns the problem of a missing folder. The folder is observed only together with `creates` or `removes`: only then
 * is the plan certain about it.
 */
function missingFolder({ chdir }: RunArguments, cmd: Value, seen: Seen): Impossible | undefined {
  if (chdir === undefined) return undefined;
  const state = seen.of(file(chdir, 'target'));
  const there = state.type === 'link' && state.to !== undefined ? state.to.state : state;
  return there.type === 'absent' || there.type === 'file' ? { ...noFolder(chdir, cmd), kind: 'impossible' } : undefined;
}

/** Returns the result without an exit status, because the command has not run. */
function noFolder(path: string, cmd: Value): Extract<Finished, { kind: 'not_begun' }> {
  return {
    kind: 'not_begun',
    what: `there is no folder ${path} to run the command in`,
    remedy: 'Correct chdir, or make the folder with a task before this one, and let the user of the task enter it.',
    result: { cmd, rc: null, stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] },
  };
}

function withCommand(finished: Finished, cmd: Value): Finished {
  if (finished.kind === 'not_begun') return finished;
  return { ...finished, result: { cmd, ...finished.result } };
}

function inEnvironment(
  args: RunArguments,
  stdin: string | Secret | undefined,
  script: string,
  shell: { readonly preamble: string; readonly mark: string },
): string {
  const directory =
    args.chdir === undefined ? '' : `cd -- ${quote(args.chdir)} 2>/dev/null || { printf ${shell.mark} >&2; exit 1; }\n`;
  if (stdin === undefined) return `${shell.preamble}${directory}${script}\n`;
  const input = revealed(stdin);
  return `${shell.preamble}${directory}printf %s ${quote(args.stdin_add_newline ? `${input}\n` : input)} | {\n${script}\n}\n`;
}
