import { EarlyOutput, START_LIMIT_MS } from '../base/early-output.ts';
import { remedyForWords } from '../base/login-words.ts';
import type { Target } from '../base/target.ts';
import type { Transport } from '../base/transport.ts';
import { TimedOut, Unreachable } from '../base/unreachable.ts';
import { bare, inOrder, short } from './frame.ts';
import { Shell, type Traffic } from './shell.ts';

/** fish and csh understand it too. */
const LOGIN_SHELL = 'exec sh';

/** Scripts that run immediately in a new shell. */
export interface FirstScripts {
  /** A script that prints little and ends soon, see `short` in frame.ts. */
  readonly script: string;
  /** A script that runs in the shell of the session itself, before the other one. */
  readonly bare?: string | undefined;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
}

export interface OpenedShell {
  readonly shell: Shell;
  /** The answer of the script. */
  readonly greeting: string;
  /** The answer of the bare script. */
  readonly bare: string;
}

/**
 * Opens the shell of the login user and runs its first scripts; after the channel is open, this takes one round trip.
 * Throws Unreachable.
 */
export async function openLoginShell(
  transport: Transport,
  target: Target,
  traffic: Traffic,
  first: FirstScripts,
): Promise<OpenedShell> {
  const host = target.name;
  const process = await transport.start(LOGIN_SHELL);
  const early = new EarlyOutput(process);
  const shell = new Shell(process, transport, host, traffic);
  try {
    const limits = { timeoutMs: START_LIMIT_MS, signal: first.signal };
    if (first.bare === undefined) {
      const completed = await shell.exchange(short(first.script), { script: limits });
      return { shell, greeting: completed.stdout.toString(), bare: '' };
    }
    const [said, completed] = await shell.exchange(inOrder(bare(first.bare), short(first.script)), {
      first: limits,
      second: limits,
    });
    return { shell, greeting: completed.stdout.toString(), bare: said.stdout.toString() };
  } catch (error) {
    if (error instanceof Unreachable && error.code !== 'session-ended') throw error;
    const why = [
      error instanceof TimedOut ? `Nothing came within ${START_LIMIT_MS / 1000} s.` : reason(error),
      early.said(),
    ]
      .join('\n')
      .trim();
    throw new Unreachable({
      code: 'no-shell',
      host,
      what: `${host}: the login works, but no shell answers`,
      why,
      remedy:
        remedyForWords(why, target.kind === 'ssh' ? target.user : 'USER') ??
        'The login user needs a shell (see /etc/passwd), a POSIX `sh` in its PATH, and no forced command or SFTP-only account. ' +
          'A start-up file of that shell, such as ~/.bashrc, that starts another shell (`exec fish`, `exec tcsh`) or asks something must do so for terminals only: `case $- in *i*) exec fish;; esac`.',
      cause: error,
    });
  } finally {
    early.stop();
  }
}

/**
 * Like `openLoginShell`, for a host on which such a shell has answered before. It does not wait: the first answer shows
 * soon enough whether this shell works.
 */
export async function startLoginShell(transport: Transport, host: string, traffic: Traffic): Promise<Shell> {
  return new Shell(await transport.start(LOGIN_SHELL), transport, host, traffic);
}

function reason(error: unknown): string {
  return error instanceof Unreachable ? (error.why ?? '') : '';
}
