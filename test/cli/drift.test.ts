import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, runProgram } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'drift-'));
afterAll(() => rmSync(folder, { recursive: true }));

function runbook(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, '.cache') };
  return runProgram(args, { cwd: folder, env });
}

beforeAll(() => {
  writeFileSync(
    join(folder, 'hosts.yml'),
    `all:
  hosts:
    good: { ansible_connection: local }
    bad: { ansible_connection: local }
    always: { ansible_connection: local }
    gone: { ansible_host: 127.0.0.1, ansible_port: 1 }
    broken: { ansible_connection: local }
`,
  );
  writeFileSync(
    join(folder, 'site.yml'),
    `- hosts: all
  gather_facts: false
  tasks:
    - name: Configuration
      copy: { content: same, dest: "${folder}/{{inventory_hostname}}.conf", mode: "0600" }
      when: inventory_hostname in ['good', 'bad']
    - { name: Migrate, command: "touch ${folder}/migrated", when: inventory_hostname == 'always' }
    - { name: Room, assert: { that: inventory_hostname != 'broken' } }
`,
  );
  writeFileSync(join(folder, 'good.conf'), 'same', { mode: 0o600 });
});

test.each([
  ['good', 0, '1 in sync'],
  ['bad', 2, '1 drifted'],
  ['always', 0, '1 in sync'],
  ['gone', 4, '1 unreachable'],
  ['good:gone', 4, '1 unreachable, 1 in sync'],
  ['bad:gone', 2, '1 unreachable, 1 drifted'],
  ['broken', 2, '1 failed'],
])('%s: exit status %i', async (limit, status, counts) => {
  const ended = await runbook('drift', 'site.yml', '-i', 'hosts.yml', '-l', limit);
  expect(ended).toMatchObject({ status, stderr: '' });
  expect(ended.stdout.split('\n')[0]).toMatch(new RegExp(`: ${counts}$`));
});

test('nothing is changed, and no journal is kept', async () => {
  await runbook('drift', 'site.yml', '-i', 'hosts.yml');
  expect(
    readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .toSorted(),
  ).toEqual(['good.conf', 'hosts.yml', 'site.yml']);
  expect(readdirSync(folder)).not.toContain('.runbook');
});

test('a command at the end is told of it', async () => {
  const args = ['drift', 'site.yml', '-i', 'hosts.yml', '-l', 'good:bad', '--format', 'json'];
  const { stdout, stderr } = await runbook(
    ...args,
    '--on-finish',
    'echo $RUNBOOK_COMMAND $RUNBOOK_STATUS $RUNBOOK_CHANGED',
  );
  expect(stderr).toBe('drift changes 1\n');
  expect(JSON.parse(stdout)).toMatchObject({
    format: 'runbook-drift',
    version: 1,
    hosts: { good: 'in sync', bad: 'drifted' },
  });
});

test('a format that there is not is refused', async () => {
  const { status, stderr } = await runbook('drift', 'site.yml', '--format', 'yaml');
  expect(status).toBe(1);
  expect(stderr).toContain('Write one of: text, json, markdown, junit.');
});
