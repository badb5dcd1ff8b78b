import { execFile } from 'node:child_process';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The time after which it is ended, because it hangs. */
  readonly longest?: number;
  /** The encoding of its output. */
  readonly encoding?: 'utf8' | 'latin1';
  readonly input?: string | Buffer;
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** No program here takes longer, unless it hangs. */
const LONGEST_MS = 15 * 60_000;

export function ended({
  program,
  args,
  cwd,
  env = process.env,
  longest = LONGEST_MS,
  encoding = 'utf8',
  input,
}: Invocation): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd, env, maxBuffer: MAX_OUTPUT_BYTES, timeout: longest, encoding },
      (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr }),
    );
    // With an open pipe, a program could wait for input that never comes.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
