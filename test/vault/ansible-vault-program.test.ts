import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANSIBLE, pythonEnvironment } from '../python-environment.ts';
import { Workshop } from './workshop.ts';

// Against ansible-vault itself, both ways. Where it cannot be had, this is red.

const shop = new Workshop();
const CANARY = 'canary-of-ansible';
let bin = '';

beforeAll(async () => {
  const installed = await pythonEnvironment(ANSIBLE);
  if (installed.kind === 'missing') throw new Error(installed.why);
  bin = join(installed.folder, 'bin');
  await shop.identity('me.txt');
  shop.write('pw', 'a password\n');
  shop.write('pw-dev', 'of development \n');
  shop.write('wrong', 'wrong\n');
  shop.write('pw.sh', '#!/bin/sh\necho "said on stderr" >&2\necho "a password"\n');
  shop.write('pw-client.sh', '#!/bin/sh\n[ "$1 $2" = "--vault-id dev" ] && echo "of development"\n');
  shop.write('broken.sh', '#!/bin/sh\nexit 7\n');
  for (const name of ['pw.sh', 'pw-client.sh', 'broken.sh']) chmodSync(shop.path(name), 0o755);
}, 600_000);
afterAll(() => shop.end());

async function ansible(...args: readonly string[]): Promise<Buffer> {
  const ended = await shop.run([join(bin, 'ansible-vault'), ...args], { env: { ...shop.env, LC_ALL: 'C.UTF-8' } });
  if (ended.status !== 0) throw new Error(`ansible-vault ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout;
}

async function sealed(name: string, content: string | Buffer, ...args: readonly string[]): Promise<string> {
  shop.write(name, content);
  await ansible('encrypt', ...args, name);
  return name;
}

const KEYS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a password file', ['--vault-password-file', 'pw'], ['--vault-password-file', 'pw']],
  ['an executable', ['--vault-password-file', 'pw'], ['--vault-password-file', 'pw.sh']],
  ['a vault id, in format 1.2', ['--vault-id', 'dev@pw-dev'], ['--vault-id', 'dev@pw-dev']],
  ['a client that is told the id', ['--vault-id', 'dev@pw-dev'], ['--vault-id', 'dev@pw-client.sh']],
  ['another id, whose password fits', ['--vault-id', 'dev@pw-dev'], ['--vault-id', 'prod@pw-dev']],
  [
    'the right one of several',
    ['--vault-id', 'dev@pw-dev'],
    ['--vault-id', 'dev@wrong', '--vault-id', 'prod@pw', '--vault-id', 'x@pw-dev'],
  ],
];

describe('a file is read with', () => {
  test.each(KEYS)('%s', async (_what, theirs, ours) => {
    await sealed('vars.yml', `password: ${CANARY}\n`, ...theirs);
    expect(await shop.done(['vars', '-i', 'h1,', 'h1', ...ours, '-e', '@vars.yml'])).toBe('password: "********"\n');
    expect(await shop.done(['vault', 'view', ...ours, 'vars.yml'])).toBe(`password: ${CANARY}\n`);
  });

  test('the password file that the environment of Ansible names', async () => {
    await sealed('vars.yml', `password: ${CANARY}\n`, '--vault-password-file', 'pw');
    const env = { ANSIBLE_VAULT_PASSWORD_FILE: 'pw' };
    expect(await shop.done(['vars', '-i', 'h1,', 'h1', '-e', '@vars.yml'], { env })).toBe('password: "********"\n');
  });

  test.each([['-J'], ['--ask-vault-pass'], ['--vault-id=dev@prompt']])('a password that is asked for: %s', async (option) => {
    await sealed('vars.yml', `password: ${CANARY}\n`, '--vault-password-file', 'pw');
    const steps = JSON.stringify([['Vault password', 'a password\r']]);
    const terminal = ['python3', join(import.meta.dirname, 'terminal.py'), steps];
    const ended = await shop.run([...terminal, join(import.meta.dirname, '../../bin/runbook.js'), 'vault', 'view', option, 'vars.yml']);
    expect(ended.stdout.toString()).toContain(CANARY);
  });
});

test('values, of files with values of age among them', async () => {
  const value = (await ansible('encrypt_string', '--vault-id', 'dev@pw-dev', '--name', 'theirs', `${CANARY}-1`)).toString();
  const own = await shop.done(['vault', 'encrypt', '--value', 'ours'], { input: `${CANARY}-2` });
  shop.write('mixed.yml', `${value}\nplain: 1\n${own}nested:\n  deep: "x{{theirs}}"\n`);
  const keys = ['--vault-id', 'dev@pw-dev'];
  const printed = await shop.done(['vars', '-i', 'h1,', 'h1', ...keys, '-e', '@mixed.yml']);
  expect(printed).not.toContain(CANARY);
  expect(printed).toContain('theirs: "********"');
  expect(printed).toContain('plain: 1');
  await shop.done(['vault', 'rekey', ...keys, 'mixed.yml']);
  expect(shop.text('mixed.yml')).not.toContain('$ANSIBLE_VAULT');
  expect(await shop.done(['vars', '-i', 'h1,', 'h1', '-e', '@mixed.yml'])).toBe(printed);
});

test.each([['of a role, a play, a group and a host', 'password']])('files of variables %s', async (_what, name) => {
  await shop.run(['mkdir', '-p', 'site/group_vars', 'site/host_vars', 'site/roles/r/defaults', 'site/roles/r/tasks']);
  const file = async (path: string, key: string): Promise<void> => {
    await sealed(path, `${key}: ${name}-${key}-canary\n`, '--vault-password-file', 'pw');
  };
  await file('site/group_vars/all.yml', 'of_group');
  await file('site/host_vars/h1.yml', 'of_host');
  await file('site/roles/r/defaults/main.yml', 'of_role');
  await file('site/vars.yml', 'of_play');
  await file('site/h1.yml', 'of_template');
  const shown = ['of_group', 'of_host', 'of_role', 'of_play', 'of_template'];
  shop.write('site/roles/r/tasks/main.yml', `- debug: { msg: "${shown.map((key) => `{{expr 'size(${key})'}}`).join(' ')} {{of_role}}" }\n`);
  shop.write('site/inventory', 'h1 ansible_connection=local\n');
  shop.write('site/play.yml', `- hosts: all\n  vars: { which: h1 }\n  vars_files: [vars.yml, "{{which}}.yml"]\n  roles: [r]\n`);
  const printed = await shop.done(['play', '-i', 'site/inventory', '--vault-password-file', 'pw', 'site/play.yml']);
  expect(printed).toContain(shown.map((key) => `${name}-${key}-canary`.length).join(' '));
  expect(printed).not.toContain('canary');
});

describe('bytes', () => {
  test.each([
    ['binary', randomBytes(1000)],
    ['a whole block', Buffer.alloc(16, 'x')],
    ['nothing', Buffer.alloc(0)],
    ['CRLF and a byte order mark', Buffer.from('\uFEFFa: 1\r\n')],
  ])('%s', async (_what, content) => {
    // It encrypts nothing that is empty on its own.
    if (content.length > 0) {
      await sealed('file', content, '--vault-id', 'dev@pw-dev');
      expect((await shop.runbook(['vault', 'view', '--vault-id', 'dev@pw-dev', 'file'])).stdout.equals(content)).toBe(true);
    } else await sealed('file', 'x', '--vault-id', 'dev@pw-dev');
    // Edited, it is for ansible-vault again, with the same id.
    shop.write('content', content);
    await shop.done(['vault', 'edit', '--vault-id', 'dev@pw-dev', 'file'], { env: { VISUAL: 'printf y >' } });
    await shop.done(['vault', 'edit', '--vault-id', 'dev@pw-dev', 'file'], { env: { VISUAL: `cp ${shop.path('content')}` } });
    expect(shop.text('file')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
    await ansible('decrypt', '--vault-id', 'dev@pw-dev', 'file');
    expect(shop.read('file').equals(content)).toBe(true);
  });
});

test('one command turns a file into one of age, another one into clear text', async () => {
  await sealed('file', `password: ${CANARY}\n`, '--vault-password-file', 'pw');
  await shop.run(['cp', 'file', 'copy']);
  await shop.done(['vault', 'rekey', '--vault-password-file', 'pw', 'file']);
  expect(shop.text('file')).toMatch(/^-----BEGIN AGE/);
  expect(await shop.done(['vault', 'view', 'file'])).toBe(`password: ${CANARY}\n`);
  await shop.done(['vault', 'decrypt', '--vault-password-file', 'pw', 'copy']);
  expect(shop.text('copy')).toBe(`password: ${CANARY}\n`);
});

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no password', [], /vault id dev\. No password was given[\s\S]*--vault-id/],
  [
    'wrong passwords',
    ['--vault-id', 'dev@wrong', '--vault-password-file', 'pw'],
    /vault id dev\. The passwords of these ids were tried: dev, default\./,
  ],
  ['a file that is not there', ['--vault-password-file', 'nowhere'], /vault password file nowhere gives no password/],
  ['an empty file', ['--vault-password-file', '/dev/null'], /is empty/],
  ['a program that fails', ['--vault-password-file', 'broken.sh'], /exit status 7[\s\S]*chmod -x/],
  ['a folder', ['--vault-password-file', '.'], /no file/],
];

test.each(REFUSED)('%s: refused with the reason', async (_what, args, says) => {
  await sealed('vars.yml', `password: ${CANARY}\n`, '--vault-id', 'dev@pw-dev');
  for (const command of [
    ['vault', 'view', ...args, 'vars.yml'],
    ['vars', '-i', 'h1,', 'h1', ...args, '-e', '@vars.yml'],
  ]) {
    const ended = await shop.runbook(command);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/ {4}at /);
  }
});

test.each([
  ['a digit of the body', (text: string) => text.replace(/\n6/, '\n7')],
  ['the last line', (text: string) => text.trimEnd().slice(0, -81)],
  ['the cipher', (text: string) => text.replace('AES256', 'AES')],
  ['the version', (text: string) => text.replace('1.2', '1.9')],
])('a file of which somebody has changed %s is refused', async (_what, change) => {
  await sealed('vars.yml', `password: ${'x'.repeat(200)}\n`, '--vault-id', 'dev@pw-dev');
  shop.write('vars.yml', change(shop.text('vars.yml')));
  const ended = await shop.runbook(['vault', 'view', '--vault-id', 'dev@pw-dev', 'vars.yml']);
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).not.toMatch(/ {4}at /);
  expect(ended.stdout.toString()).toBe('');
});
