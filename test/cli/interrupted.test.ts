import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

// Ctrl-C while a run waits for another program before its first connection.

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

/** Prints its process id, and hangs. */
const HANGING = '#!/bin/sh\necho $$ >"${0%/*}/pid"\nexec sleep 600\n';

function project(): string {
  const folder = temporaryFolder('runbook-interrupted-');
  writeFileSync(join(folder, 'program'), HANGING);
  chmodSync(join(folder, 'program'), 0o755);
  writeFileSync(join(folder, 'p.yml'), '- { hosts: all, tasks: [{ debug: { msg: m } }] }\n');
  writeFileSync(join(folder, 'sealed.yml'), `$ANSIBLE_VAULT;1.1;AES256\n${'61'.repeat(40)}\n`);
  return folder;
}

test.each([
  ['an inventory program', ['play', 'p.yml', '-i', './program']],
  ['an inventory program, of a listing', ['inventory', '--list', '-i', './program']],
  [
    'a program for the vault password',
    ['play', 'p.yml', '-i', 'h,', '-e', '@sealed.yml', '--vault-password-file', './program'],
  ],
])('once ends the wait for %s, and the program with it', async (_, args) => {
  const folder = project();
  const child = spawn(process.execPath, [RUNBOOK, ...args], { cwd: folder, stdio: 'ignore', detached: true });
  await until(() => existsSync(join(folder, 'pid')) && /^\d+\n/.test(readFileSync(join(folder, 'pid'), 'utf8')));
  const program = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  // Like a terminal, sends the signal to the whole process group.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  const [status] = await once(child, 'exit');
  expect(status).toBe(130);
  await until(() => !existsSync(`/proc/${program}`));
});

test('once ends the question for the password of sudo', async () => {
  const folder = project();
  const command = `${process.execPath} ${RUNBOOK} play p.yml -i h, -K`;
  // `script` gives the program a terminal, and returns its exit status.
  const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder, stdio: 'pipe', detached: true });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await until(() => said.includes('Password for sudo'));
  child.stdin.write('half a pass\x03');
  const [status] = await once(child, 'exit');
  expect(status).toBe(130);
  expect(said).not.toContain('half');
});

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 50_000; !isSo();) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
