import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decodeFacts } from '../../../engine/connection/shell/facts.ts';
import { GREETING } from '../../../engine/connection/shell/greeting.ts';
import { BUSYBOXES } from '../../busyboxes.ts';

const run = promisify(execFile);
const SHELLS = ['/bin/dash', '/bin/bash', ...BUSYBOXES.map(({ path }) => path)].filter((path) => existsSync(path));

describe.each(SHELLS)('%s', (shell) => {
  const inShell = shell.endsWith('busybox') ? [shell, 'sh', '-c', GREETING] : [shell, '-c', GREETING];

  // Only the personality distinguishes a 32-bit system on a 64-bit kernel.
  test.each([
    ['as it is', []],
    ['under a personality of 32 bits', ['setarch', 'linux32']],
  ])('the machine is what uname says, %s', async (_, before) => {
    const [program = '', ...args] = [...before, ...inShell];
    const { stdout, stderr } = await run(program, args);
    const [uname, ...rest] = [...before, 'uname', '-m'];
    expect(decodeFacts(stdout).architecture).toBe((await run(uname, rest)).stdout.trim());
    expect(stderr).toBe('');
  });

  // Debian's `getconf` and the shells here have the bits of this machine.
  test('the bits are those of the programs, and the name of the machine is that of its file', async () => {
    const [program = '', ...args] = inShell;
    const facts = decodeFacts((await run(program, args)).stdout);
    expect(facts.userspace_bits).toBe(Number((await run('getconf', ['LONG_BIT'])).stdout));
    const named = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '';
    expect(facts.machine_id).toBe(named);
  });

  test('the memory is what the kernel says, and the clock is the clock', async () => {
    const [program = '', ...args] = inShell;
    const before = Math.floor(Date.now() / 1000);
    const facts = decodeFacts((await run(program, args)).stdout);
    expect(facts.memory_mb).toBe(
      Math.floor(Number(/^MemTotal: +(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024),
    );
    expect(facts.time).toBeGreaterThanOrEqual(before);
    expect(facts.time).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
  });
});
