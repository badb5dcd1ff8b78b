import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAtOnce, readWhole } from '../../engine/files/read-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const TOO_LARGE = /too large to be read/;

function pipeIn(folder: string): string {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

test('what is on the disk is read as it is, files of /proc too', async () => {
  const path = join(temporaryFolder('runbook-read-'), 'file');
  for (const size of [0, 1, 65_536, 300_000]) {
    const bytes = Buffer.alloc(size, 'x');
    writeFileSync(path, bytes);
    expect((await readWhole(path)).equals(bytes)).toBe(true);
  }
  expect(readAtOnce('/proc/self/status').toString()).toContain('Pid:');
});

test('what has no end, or is too long, is told', async () => {
  const path = join(temporaryFolder('runbook-read-'), 'file');
  writeFileSync(path, '');
  truncateSync(path, 5 * 1024 ** 3);
  await expect(readWhole(path)).rejects.toThrow(TOO_LARGE);
  await expect(readWhole('/dev/zero')).rejects.toThrow(TOO_LARGE);
  expect(() => readAtOnce('/dev/zero', 1000)).toThrow(TOO_LARGE);
});

test('a pipe is read to its end, and waited for where it has a name', async () => {
  const path = pipeIn(temporaryFolder('runbook-read-'));
  const reading = readWhole(path);
  spawn('sh', ['-c', `(printf one; printf two) > ${path}`]);
  expect((await reading).toString()).toBe('onetwo');
});

test('a pipe that nobody writes to has nothing in it for who does not wait', () => {
  expect(readAtOnce(pipeIn(temporaryFolder('runbook-read-'))).length).toBe(0);
});

test.each([
  ['variables', '-i localhost, -e @<(sleep 0.2; echo "word: said")'],
  ['variables that are there already', '-i localhost, -e @<(echo "word: said")'],
  ['an inventory', '-i <(echo "all: { hosts: { localhost: { word: said } } }")'],
])('%s may come from a program of the shell', (_, options) => {
  const folder = temporaryFolder('runbook-read-');
  writeFileSync(join(folder, 'p.yml'), '- hosts: localhost\n  tasks:\n    - debug: { msg: "{{word}}" }\n');
  const done = spawnSync('bash', ['-c', `${RUNBOOK} play p.yml ${options}`], { cwd: folder, encoding: 'utf8' });
  expect(done.stdout + done.stderr).toContain('said');
});

test.each([
  ['variables', ['play', 'p.yml', '-i', 'localhost,', '-e', '@pipe']],
  ['an inventory', ['play', 'p.yml', '-i', 'pipe']],
  ['a playbook', ['lint', 'pipe']],
  ['a plan', ['show', 'pipe']],
])('Ctrl-C ends what waits for %s in a pipe that nobody writes to', async (_, args) => {
  const folder = temporaryFolder('runbook-read-');
  const pipe = pipeIn(folder);
  writeFileSync(join(folder, 'p.yml'), '- hosts: localhost\n  tasks:\n    - debug: { msg: x }\n');
  const child = spawn(process.execPath, [RUNBOOK, ...args], { cwd: folder, stdio: 'pipe' });
  // The process waits after it has opened the pipe.
  await until(() => spawnSync('sh', ['-c', `ls -l /proc/${child.pid}/fd | grep -q ${pipe}`]).status === 0);
  child.kill('SIGINT');
  const [status] = await once(child, 'exit');
  expect(status).toBe(130);
});

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !isSo();) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
