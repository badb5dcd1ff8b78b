import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a user does. Returns its exit status and its output. */
export function runProgram(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(RUNBOOK, [...args], { cwd, env, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
