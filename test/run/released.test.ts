import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../cli/run-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// The connection of a host ends after its last task, so a run holds as many as hosts are at work. Each of these hosts
// is a shell of the controller, and tells how many shells the controller has while its task runs.

const HOSTS = Array.from({ length: 12 }, (_, index) => `h${index + 1}`);
const COUNT = {
  name: 'count',
  shell: `parent=$$
    until [ /proc/$parent/exe -ef '${process.execPath}' ]; do parent=$(cut -d ' ' -f 4 /proc/$parent/stat); done
    cat /proc/$parent/task/*/children | wc -w`,
  changed_when: false,
};
const FIRST = { name: 'first', command: 'true', changed_when: false };
const FREE = { strategy: 'free', gather_facts: false };

/** Plays with one fork, so that the hosts are at work one after the other. Returns the events. */
async function eventsOf(files: Readonly<Record<string, unknown>>): Promise<readonly Told[]> {
  const folder = temporaryFolder('released-');
  const hosts = Object.fromEntries(HOSTS.map((name) => [name, { ansible_connection: 'local' }]));
  for (const [name, content] of Object.entries({ 'hosts.yml': { web: { hosts } }, ...files }))
    writeFileSync(join(folder, name), JSON.stringify(content));
  const args = ['play', 'site.yml', '-i', 'hosts.yml', '--forks', '1', '--output', 'json'];
  const { status, stdout } = await runProgram(args, { cwd: folder, env: process.env });
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Returns the most shells that a host has counted: its own, those of hosts that are closing, and one of the controller. */
async function mostShells(plays: readonly unknown[]): Promise<number> {
  const events = await eventsOf({ 'site.yml': plays });
  const counted = events.flatMap(({ task, result }) =>
    task?.name === 'count' && result !== undefined ? [Number(result.stdout)] : [],
  );
  expect(counted).toHaveLength(HOSTS.length);
  return Math.max(...counted);
}

interface Told {
  readonly type: string;
  readonly host?: string;
  readonly task?: { readonly name: string };
  readonly result?: { readonly stdout?: string };
}

const FEW = 5;
const PLAY = { hosts: 'web', ...FREE };

test.each<readonly [string, readonly unknown[], 'few' | 'all']>([
  ['of one play', [{ ...PLAY, tasks: [COUNT] }], 'few'],
  ['of batches', [{ ...PLAY, serial: 1, tasks: [COUNT] }], 'few'],
  [
    'of the last play',
    [
      { hosts: 'h1', tasks: [] },
      { ...PLAY, tasks: [COUNT] },
      { hosts: 'localhost', tasks: [] },
    ],
    'few',
  ],
  ['whose tasks use the controller', [{ ...PLAY, tasks: [COUNT, { ...FIRST, delegate_to: 'localhost' }] }], 'few'],
  [
    'that a later play needs',
    [
      { ...PLAY, tasks: [COUNT] },
      { ...PLAY, tasks: [FIRST] },
    ],
    'all',
  ],
  [
    'that tasks of others may use',
    [{ ...PLAY, tasks: [COUNT, { ...FIRST, delegate_to: '{{groups.web.[0]}}' }] }],
    'all',
  ],
  [
    'that a later play may get by a group',
    [
      { ...PLAY, tasks: [{ group_by: { key: 'late' } }, COUNT] },
      { hosts: 'late', tasks: [] },
    ],
    'all',
  ],
])('a run holds connections to hosts %s', async (_, plays, held) => {
  const most = await mostShells(plays);
  if (held === 'few') expect(most).toBeLessThanOrEqual(FEW);
  else expect(most).toBeGreaterThanOrEqual(HOSTS.length);
});

test('a host that was released is connected again for a task of another host', async () => {
  const include = { include_tasks: '{{tasks}}.yml', vars: { tasks: 'more' }, when: "inventory_hostname == 'h12'" };
  const events = await eventsOf({
    'site.yml': [{ ...PLAY, tasks: [COUNT, include] }],
    'more.yml': [{ ...FIRST, name: 'more', delegate_to: 'h1' }],
  });
  const connected = events.filter(({ type, host }) => type === 'host_connected' && host === 'h1');
  expect(connected).toHaveLength(2);
});
