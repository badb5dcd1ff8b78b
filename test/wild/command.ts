import { spawn } from 'node:child_process';
import type { Done } from './place.ts';

/**
 * Longest time of a step, after which it is ended. A step that waits forever is a failure, and must not stop the suite.
 */
const DEADLINE_MS = 120_000;

export interface CommandOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end; stdout and stderr are one text, in the order of their arrival. */
export function runCommand([program = '', ...args]: readonly string[], options: CommandOptions = {}): Promise<Done> {
  const { cwd, input = '', env = {} } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => output.push(data));
    child.stderr.on('data', (data: Buffer) => output.push(data));
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? -1, output: Buffer.concat(output).toString() }));
    // A program may end without reading its input; that is not a fault of the test.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
