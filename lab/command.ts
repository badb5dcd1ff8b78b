import { $, ProcessOutput } from 'zx';
import { Problem } from '../engine/errors/problem.ts';

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** If aborted, ends the command and all processes that it started. */
  readonly signal?: AbortSignal | undefined;
  /** The remedy for a failure, if the caller knows one. */
  readonly remedy?: string;
}

/** If a command fails, the problem shows the end of its output: this number of lines. */
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

/** Returns whether a command ends with exit status 0. */
export async function succeeds(argv: readonly string[], options: RunOptions = {}): Promise<boolean> {
  try {
    await run(argv, options);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'command-failed') return false;
    throw error;
  }
}

/** Returns whether this machine has a command of that name. */
export async function isInstalled(command: string): Promise<boolean> {
  return await succeeds(['sh', '-c', 'command -v "$1"', 'sh', command]);
}
