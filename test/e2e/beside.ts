import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Lab } from '../../lab/hosts.ts';

/**
 * Runs `work` while a script of this folder runs inside the network of the lab, and returns the results of both. The
 * script prints `started`, runs until it reads a line on stdin, and then prints its summary as one line of JSON.
 */
export async function beside<Result, Summary>(
  lab: Lab,
  script: string,
  args: readonly string[],
  work: () => Promise<Result>,
): Promise<readonly [Result, Summary]> {
  const [command = '', ...enter] = lab.enter;
  const child = spawn(command, [...enter, process.execPath, join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value } = await lines.next();
    if (typeof value !== 'string') throw new Error(`${script} ended early`);
    return value;
  };
  try {
    if ((await line()) !== 'started') throw new Error(`${script} did not start`);
    const result = await work();
    child.stdin.end('\n');
    return [result, JSON.parse(await line())];
  } finally {
    child.kill();
  }
}
