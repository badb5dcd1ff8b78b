import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workshop } from './workshop.ts';

const shop = new Workshop();
const LINES = 'first: canary-first-line\nsecond: canary-second-line\n';
beforeAll(() => shop.identity('me.txt'), 60_000);
afterAll(() => shop.end());

async function sealed(name: string, content: string | Buffer): Promise<void> {
  shop.write(name, content);
  await shop.done(['vault', 'encrypt', name]);
}

function play(task: string, ...args: readonly string[]): ReturnType<Workshop['runbook']> {
  shop.write('play.yml', `- hosts: h1\n  vars: { name: x }\n  tasks:\n    - ${task}\n`);
  return shop.runbook(['play', '--diff', '-vv', '-i', 'h1,', '-e', 'ansible_connection=local', ...args, 'play.yml']);
}

test.each([
  ['text', Buffer.from(LINES)],
  ['bytes', randomBytes(5000)],
  ['more than goes at once', Buffer.from(LINES.repeat(4000))],
])('copy brings what an encrypted file holds, and shows none of it: %s', async (what, content) => {
  const dest = shop.path(`out-${what}`);
  await sealed('secret.key', content);
  const first = await play(`copy: { src: secret.key, dest: ${dest}, mode: "0600" }`);
  expect(first).toMatchObject({ status: 0 });
  expect(shop.read(`out-${what}`).equals(content)).toBe(true);
  shop.write(`out-${what}`, 'canary-before\n');
  const second = await play(`copy: { src: secret.key, dest: ${dest}, mode: "0600" }`);
  expect(first.stdout.toString() + second.stdout.toString()).not.toContain('canary');
  expect((await play(`copy: { src: secret.key, dest: ${dest}, mode: "0600" }`)).stdout.toString()).toMatch(
    /changed 0|ok/,
  );
});

test('copy with decrypt: false brings the file as it is', async () => {
  await sealed('secret.key', LINES);
  expect(await play(`copy: { src: secret.key, dest: ${shop.path('as-is')}, decrypt: false }`)).toMatchObject({
    status: 0,
  });
  expect(shop.read('as-is').equals(shop.read('secret.key'))).toBe(true);
});

test('an encrypted template is rendered, and its result is a secret', async () => {
  await sealed('secret.conf.hbs', `${LINES}name: {{name}}\n`);
  const ended = await play(`template: { src: secret.conf.hbs, dest: ${shop.path('conf')}, mode: "0600" }`);
  expect(ended).toMatchObject({ status: 0 });
  expect(shop.text('conf')).toBe(`${LINES}name: x\n`);
  expect(ended.stdout.toString()).not.toContain('canary');
});

test('an encrypted partial is refused: its ciphertext would be put into the file', async () => {
  await sealed('part.hbs', LINES);
  shop.write('whole.conf.hbs', '{{> part}}');
  const ended = await play(`template: { src: whole.conf.hbs, dest: ${shop.path('conf')} }`);
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toMatch(/the partial \S+part\.hbs is encrypted/);
});

test.each([
  ['copy', 'copy: { src: secret.key, dest: /nowhere }', /no identity to decrypt it/, { RUNBOOK_IDENTITY: 'nobody' }],
  ['script', 'script: secret.key', /is encrypted[\s\S]*Copy it to the host by copy/, {}],
  ['unarchive', 'unarchive: { src: secret.key, dest: /nowhere }', /is encrypted[\s\S]*Copy it to the host by copy/, {}],
])('%s refuses what it cannot open before it connects', async (_module, task, says, env) => {
  await sealed('secret.key', LINES);
  shop.write('play.yml', `- hosts: h1\n  tasks:\n    - ${task}\n`);
  const ended = await shop.runbook(['play', '-i', 'h1,', '-e', 'ansible_connection=local', 'play.yml'], { env });
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toMatch(says);
  expect(ended.stderr).not.toMatch(/ {4}at /);
});
