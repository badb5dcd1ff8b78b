import { spawn } from 'node:child_process';
import type { CommandLine } from './tools.ts';

export interface Timed {
  readonly milliseconds: number;
  /** The end of its output, stdout and stderr together. */
  readonly output: string;
}

const KEPT_OUTPUT = 1024 * 1024;

/** Runs a program to its end. The time is that of the whole process, from its start to its exit. Throws if it fails. */
export function timed(command: CommandLine, limitMs: number): Promise<Timed> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command.program, [...command.args], {
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let late = false;
    const keep = (data: Buffer): void => {
      output = (output + data.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const limit = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limitMs);
    child.once('error', reject);
    child.once('exit', (status) => {
      const milliseconds = performance.now() - began;
      clearTimeout(limit);
      // A process that stays (a ControlMaster) may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
      if (status === 0) resolve({ milliseconds, output });
      else if (late) reject(new Error(`it was not done after ${Math.round(limitMs / 1000)} s`));
      else reject(new Error(`it ended with ${status}: ${output.trim().split('\n').slice(-40).join('\n')}`));
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}
