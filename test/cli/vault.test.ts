import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const SECRET = 'correct horse battery';
/** The text `a: 1` with the password `x`. */
const ANSIBLE_VAULT = `$ANSIBLE_VAULT;1.1;AES256
65343765316430303139306563323335666532656235653739396466363063353431633466666230
6537353363663265383433346339373139323239316531340a313633343739303035636437306639
65303932346466303861656332646136353665343239306462663630623031653932373736316265
3334326537386164390a333531663139323363346163653361666561336166323261613733613833
3433
`;
const folder = mkdtempSync(join(tmpdir(), 'vault-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runbook(
  args: readonly string[],
  options: { readonly input?: string; readonly identity?: string; readonly editor?: string } = {},
): Promise<Ended> {
  const env = {
    ...process.env,
    RUNBOOK_IDENTITY: join(folder, options.identity ?? 'mine.txt'),
    EDITOR: options.editor ?? 'false',
    VISUAL: options.editor ?? 'false',
  };
  return new Promise((resolve) => {
    const child = execFile(RUNBOOK, [...args], { cwd: folder, env, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end(options.input ?? '');
  });
}

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function read(path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

beforeAll(async () => {
  expect(await runbook(['vault', 'keygen'])).toMatchObject({ status: 0 });
  expect(await runbook(['vault', 'keygen'], { identity: 'other.txt' })).toMatchObject({ status: 0 });
  mkdirSync(join(folder, 'group_vars'));
  write('hosts', 'web1\n');
});

test('an identity is for its owner only, and is not made twice', async () => {
  expect(statSync(join(folder, 'mine.txt')).mode & 0o777).toBe(0o600);
  const before = read('mine.txt');
  const again = await runbook(['vault', 'keygen']);
  expect(again.stdout).toContain(/age1\S+/.exec(before)?.[0]);
  expect(read('mine.txt')).toBe(before);
});

test('a value is encrypted, read as a secret, and rekeyed for somebody else', async () => {
  const { stdout } = await runbook(['vault', 'encrypt', '--value', 'db_password'], { input: `${SECRET}\n` });
  expect(stdout).toMatch(/^db_password: !vault \|\n {2}-----BEGIN/);
  write('group_vars/all.yml', `plain: 1\n${stdout}url: "db://x:{{db_password}}@y"\n`);
  const vars = await runbook(['vars', '-i', 'hosts', 'web1', '--explain']);
  expect(vars).toMatchObject({ status: 0 });
  expect(vars.stdout).toContain('db_password: "********"');
  expect(vars.stdout + vars.stderr).not.toContain(SECRET);
  const list = await runbook(['inventory', '-i', 'hosts', '--list']);
  expect(JSON.parse(list.stdout)._meta.hostvars.web1).toMatchObject({ plain: 1, db_password: '********' });

  const other = /age1\S+/.exec(read('other.txt'))?.[0] ?? '';
  expect(await runbook(['vault', 'rekey', '--recipient', other, 'group_vars/all.yml'])).toMatchObject({ status: 0 });
  expect(await runbook(['vars', '-i', 'hosts', 'web1', 'url'], { identity: 'other.txt' })).toMatchObject({ status: 0 });
  const refused = await runbook(['vars', '-i', 'hosts', 'web1']);
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.stderr).toMatch(/all\.yml:2:21[\s\S]*help: Name an identity/);
  rmSync(join(folder, 'group_vars/all.yml'));
});

test('a whole file is encrypted in place, edited and decrypted again', async () => {
  const clear = `password: ${SECRET}\nport: 5432\n`;
  write('group_vars/all.yml', clear);
  chmodSync(join(folder, 'group_vars/all.yml'), 0o640);
  expect(await runbook(['vault', 'encrypt', 'group_vars/all.yml'])).toMatchObject({ status: 0 });
  expect(read('group_vars/all.yml')).not.toContain(SECRET);
  expect(statSync(join(folder, 'group_vars/all.yml')).mode & 0o777).toBe(0o640);
  const vars = await runbook(['vars', '-i', 'hosts', 'web1']);
  expect(vars.stdout).toBe('password: "********"\nport: "********"\n');

  write('editor.sh', '#!/bin/sh\necho "added: yes-it-is" >>"$1"\n');
  chmodSync(join(folder, 'editor.sh'), 0o755);
  expect(await runbook(['vault', 'edit', 'group_vars/all.yml'], { editor: join(folder, 'editor.sh') })).toMatchObject({
    status: 0,
  });
  expect((await runbook(['vault', 'decrypt', '--print', 'group_vars/all.yml'])).stdout).toBe(
    `${clear}added: yes-it-is\n`,
  );
  expect(await runbook(['vault', 'decrypt', 'group_vars/all.yml'])).toMatchObject({ status: 0 });
  expect(read('group_vars/all.yml')).toBe(`${clear}added: yes-it-is\n`);
  rmSync(join(folder, 'group_vars/all.yml'));
});

test.each([
  ['without an identity', ['vars', '-i', 'hosts', 'web1'], 'nobody.txt', /no identity to decrypt it/],
  [
    'of ansible-vault without its password',
    ['inventory', '-i', 'ansible.yml', '--list'],
    'mine.txt',
    /No password was given[\s\S]*--vault-password-file/,
  ],
  [
    'of ansible-vault that is damaged',
    ['inventory', '-i', 'damaged.yml', '--list'],
    'mine.txt',
    /damaged[\s\S]*Restore an undamaged version/,
  ],
])('a file %s is refused with the remedy', async (_name, args, identity, says) => {
  write('group_vars/all.yml', 'a: 1\n');
  await runbook(['vault', 'encrypt', 'group_vars/all.yml']);
  write('ansible.yml', ANSIBLE_VAULT);
  write('damaged.yml', '$ANSIBLE_VAULT;1.1;AES256\n6162\n');
  const refused = await runbook(args, { identity });
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.stderr).toMatch(says);
  expect(refused.stderr).not.toMatch(/ {4}at /);
  rmSync(join(folder, 'group_vars/all.yml'));
});
