import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem, Problems } from '../../engine/errors/problem.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { sealAnsible } from '../../engine/vault/base/ansible-vault.ts';
import { passwordSource } from '../../engine/vault/base/passwords.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { ANSIBLE, pythonEnvironment } from '../python-environment.ts';
import { Workshop } from './workshop.ts';

// Compares with ansible-vault itself, in both directions. If it cannot be installed, the test fails. The program starts
// slowly, so it gets many files in one call.

const shop = new Workshop();
const CANARY = 'canary-of-ansible';
const VARIABLES = `password: ${CANARY}\n`;
const BYTES: Readonly<Record<string, Buffer>> = {
  binary: randomBytes(1000),
  block: Buffer.alloc(16, 'x'),
  'crlf-and-mark': Buffer.from('\uFEFFa: 1\r\n'),
};
const SITE = ['group_vars/all.yml', 'host_vars/h1.yml', 'roles/r/defaults/main.yml', 'vars.yml', 'h1.yml'];
let bin = '';
let value = '';

beforeAll(async () => {
  const installed = await pythonEnvironment(ANSIBLE);
  if (installed.kind === 'missing') throw new Error(installed.why);
  bin = join(installed.folder, 'bin');
  await shop.identity('me.txt');
  shop.write('pw', 'a password\n');
  shop.write('pw-dev', 'of development \n');
  shop.write('wrong', 'wrong\n');
  shop.write('empty', '');
  shop.write('pw.sh', '#!/bin/sh\necho "said on stderr" >&2\necho "a password"\n');
  shop.write('pw-client.sh', '#!/bin/sh\n[ "$1 $2" = "--vault-id dev" ] && echo "of development"\n');
  shop.write('broken.sh', '#!/bin/sh\nexit 7\n');
  for (const name of ['pw.sh', 'pw-client.sh', 'broken.sh']) chmodSync(shop.path(name), 0o755);
  await shop.run([
    'mkdir',
    '-p',
    ...['group_vars', 'host_vars', 'roles/r/defaults', 'roles/r/tasks'].map((name) => `site/${name}`),
  ]);
  for (const [index, file] of SITE.entries()) shop.write(`site/${file}`, `of_${index}: ${CANARY}-${index}\n`);
  for (const name of ['default.yml', 'dev.yml', 'move', 'clear']) shop.write(name, VARIABLES);
  for (const [name, content] of Object.entries(BYTES)) shop.write(name, content);
  await ansible(
    'encrypt',
    '--vault-password-file',
    'pw',
    'default.yml',
    'move',
    'clear',
    ...SITE.map((file) => `site/${file}`),
  );
  await ansible('encrypt', '--vault-id', 'dev@pw-dev', 'dev.yml', ...Object.keys(BYTES));
  value = await ansible('encrypt_string', '--vault-id', 'dev@pw-dev', '--name', 'theirs', `${CANARY}-value`);
}, 600_000);
afterAll(() => shop.end());

async function ansible(...args: readonly string[]): Promise<string> {
  const ended = await shop.run([join(bin, 'ansible-vault'), ...args], { env: { ...shop.env, LC_ALL: 'C.UTF-8' } });
  if (ended.status !== 0) throw new Error(`ansible-vault ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout.toString();
}

/** Makes a vault with passwords in the form of `--vault-id`, with their files in the folder of the test. */
function vault(...ids: readonly string[]): Vault {
  const sources = ids.map((id) => passwordSource(id.replace('@', `@${shop.folder}/`)));
  return new Vault([shop.path('me.txt')], { passwords: sources });
}

async function refusal(read: Promise<unknown>): Promise<string> {
  const error: unknown = await read.catch((reason: unknown) => reason);
  const problems = error instanceof Problems ? error.problems : error instanceof Problem ? [error] : [];
  if (problems.length > 0) return problems.flatMap(({ what, why, remedy }) => [what, why, remedy]).join('\n');
  throw new Error('nothing was refused');
}

const KEYS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a password file', 'default.yml', ['default@pw']],
  ['an executable', 'default.yml', ['default@pw.sh']],
  ['a vault id, in format 1.2', 'dev.yml', ['dev@pw-dev']],
  ['a client that is told the id', 'dev.yml', ['dev@pw-client.sh']],
  ['another id, whose password fits', 'dev.yml', ['prod@pw-dev']],
  ['the right one of several', 'dev.yml', ['dev@wrong', 'prod@pw', 'x@pw-dev']],
];

test.each(KEYS)('a file is read with %s', async (_what, file, ids) => {
  const opened = await vault(...ids).unseal(shop.read(file), file);
  expect(opened?.bytes.toString()).toBe(VARIABLES);
});

test.each([
  [['--vault-password-file', 'pw'], {}],
  [['--vault-id', 'wrong@wrong', '--vault-id', 'pw'], {}],
  [[], { ANSIBLE_VAULT_PASSWORD_FILE: 'pw' }],
])('passwords of the command line and the environment: %j %j', async (args, env) => {
  expect(await shop.done(['vars', '-i', 'h1,', 'h1', ...args, '-e', '@default.yml'], { env })).toBe(
    'password: "********"\n',
  );
});

test.each([['-J'], ['--vault-id=dev@prompt']])('a password is asked for: %s', async (option) => {
  const steps = JSON.stringify([['Vault password', 'a password\r']]);
  const terminal = ['python3', join(import.meta.dirname, 'terminal.py'), steps];
  const runbook = [process.execPath, join(import.meta.dirname, '../../bin/runbook.js')];
  const ended = await shop.run([...terminal, ...runbook, 'vault', 'view', option, 'default.yml']);
  expect(ended.stdout.toString()).toContain(CANARY);
});

test('values, of files with values of age among them, and all of them as age', async () => {
  const own = await shop.done(['vault', 'encrypt', '--value', 'ours'], { input: `${CANARY}-own` });
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

test('files of variables of a role, a play, a group and a host', async () => {
  const names = SITE.map((_file, index) => `of_${index}`);
  const content = names.map((name) => `{{${name}}}`).join(' ');
  shop.write(
    'site/roles/r/tasks/main.yml',
    `- copy: { content: "${content}", dest: ${shop.path('out')}, mode: "0600" }\n`,
  );
  shop.write('site/inventory', 'h1 ansible_connection=local\n');
  shop.write(
    'site/play.yml',
    `- hosts: all\n  vars: { which: h1 }\n  vars_files: [vars.yml, "{{which}}.yml"]\n  roles: [r]\n`,
  );
  const printed = await shop.done([
    'play',
    '--diff',
    '-vv',
    '-i',
    'site/inventory',
    '--vault-password-file',
    'pw',
    'site/play.yml',
  ]);
  expect(shop.text('out')).toBe(names.map((_name, index) => `${CANARY}-${index}`).join(' '));
  expect(printed).not.toContain('canary');
});

test('bytes that it has encrypted, and bytes that it decrypts', async () => {
  const keys = vault('dev@pw-dev');
  for (const [name, content] of Object.entries(BYTES))
    expect((await keys.unseal(shop.read(name), name))?.bytes.equals(content)).toBe(true);
  const ours = { ...BYTES, nothing: Buffer.alloc(0), large: randomBytes(300_000) };
  const password = { label: 'dev', password: Secret.of('of development') };
  for (const [name, content] of Object.entries(ours)) shop.write(`${name}.ours`, sealAnsible(content, password));
  await ansible('decrypt', '--vault-id', 'dev@pw-dev', ...Object.keys(ours).map((name) => `${name}.ours`));
  for (const [name, content] of Object.entries(ours)) expect(shop.read(`${name}.ours`).equals(content)).toBe(true);
});

test('an edit leaves a file one of ansible-vault, with its id', async () => {
  await shop.done(['vault', 'edit', '--vault-id', 'dev@pw-dev', 'dev.yml'], { env: { VISUAL: 'echo "more: 1" >>' } });
  expect(shop.text('dev.yml')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
  expect(await ansible('view', '--vault-id', 'dev@pw-dev', 'dev.yml')).toBe(`${VARIABLES}more: 1\n`);
});

test('one command turns a file into one of age, another one into clear text', async () => {
  await shop.done(['vault', 'rekey', '--vault-password-file', 'pw', 'move']);
  expect(shop.text('move')).toMatch(/^-----BEGIN AGE/);
  expect(await shop.done(['vault', 'view', 'move'])).toBe(VARIABLES);
  await shop.done(['vault', 'decrypt', '--vault-password-file', 'pw', 'clear']);
  expect(shop.text('clear')).toBe(VARIABLES);
});

describe('refused with the reason', () => {
  const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no password', [], /vault id dev\. No password was given[\s\S]*--vault-id/],
    [
      'wrong passwords',
      ['dev@wrong', 'default@pw'],
      /vault id dev\. The passwords of these ids were tried: dev, default\./,
    ],
    ['a file that is not there', ['default@nowhere'], /vault password file \S+nowhere gives no password/],
    ['an empty file', ['default@empty'], /is empty/],
    ['a program that fails', ['default@broken.sh'], /exit status 7[\s\S]*chmod -x/],
    ['a folder', ['default@site'], /no file/],
  ];

  test.each([
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['empty lines around it', (text: string) => `\n${text}\n\n`],
    ['no line end', (text: string) => text.trimEnd()],
  ])('a file with %s is read all the same', async (_what, change) => {
    const opened = await vault('dev@pw-dev').unseal(Buffer.from(change(shop.text('binary'))), 'binary');
    const plain = await vault('dev@pw-dev').unseal(shop.read('binary'), 'binary');
    expect(opened?.bytes).toEqual(plain?.bytes);
  });

  test.each(REFUSED)('%s', async (_what, ids, says) => {
    expect(await refusal(vault(...ids).unseal(shop.read('dev.yml'), 'dev.yml'))).toMatch(says);
    expect(await refusal(vault(...ids).variables(shop.read('dev.yml'), 'dev.yml'))).toMatch(says);
    expect(await refusal(vault(...ids).variables(Buffer.from(value), 'value.yml'))).toMatch(says);
  });

  test.each([
    ['a digit of the body', (text: string) => text.replace(/\n6/, '\n7')],
    ['the last line', (text: string) => text.trimEnd().slice(0, -81)],
  ])('a file of which somebody has changed %s', async (_what, change) => {
    const changed = Buffer.from(change(shop.text('binary')));
    expect(await refusal(vault('dev@pw-dev').unseal(changed, 'binary'))).toMatch(/cannot be decrypted|damaged/);
  });

  test.each([
    ['another cipher', (text: string) => text.replace('AES256', 'AES'), /Its cipher is AES, and only AES256 is read/],
    ['another version', (text: string) => text.replace('1.2', '1.9'), /is not of the formats 1\.1 and 1\.2/],
  ])('a file with %s is not said to be damaged', async (_what, change, says) => {
    const changed = Buffer.from(change(shop.text('binary')));
    const told = await refusal(vault('dev@pw-dev').unseal(changed, 'binary'));
    expect(told).toMatch(says);
    expect(told).not.toContain('damaged');
  });
});
