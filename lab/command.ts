import { $, ProcessOutput } from 'zx';
import { Problem } from '../engine/errors/problem.ts';

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command, and all that it started, when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** A failure's remedy, where the caller knows one. */
  readonly remedy?: string;
}

/** How many of a failed command's last lines a problem shows. */
const LINES_SHOWN = 15;

/** System tools live in sbin, which an ordinary PATH may lack. */
function environment(extra: Readonly<Record<string, string>> | undefined): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
    LC_ALL: 'C',
    ...extra,
  };
}

/**
 * Runs a command of this machine to its end and returns its standard output.
 * @throws Problem `command-failed` with the end of its output, `interrupted` if the signal is aborted.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const shell = $({
    quiet: true,
    env: environment(options.env),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    const output = await shell`${argv}`;
    return output.stdout;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof ProcessOutput)) throw error;
    const written = `${error.stdout}${error.stderr}`.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
    throw new Problem({
      code: 'command-failed',
      what: `\`${argv.slice(0, 4).join(' ')}${argv.length > 4 ? ' …' : ''}\` failed (exit ${error.exitCode ?? error.signal ?? 'unknown'})`,
      why: written === '' ? undefined : written,
      remedy: options.remedy,
      cause: error,
    });
  }
}

/** Whether a command ends with exit 0. */
export async function succeeds(argv: readonly string[], options: RunOptions = {}): Promise<boolean> {
  try {
    await run(argv, options);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'command-failed') return false;
    throw error;
  }
}

/** Whether this machine has a command of that name. */
export async function isInstalled(command: string): Promise<boolean> {
  return await succeeds(['sh', '-c', 'command -v "$1"', 'sh', command]);
}
