import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Value, ValueMap } from '../../engine/values/base/value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { entryOf, resolved, roleScope, tasksOf } from './role-scope.ts';

const tasks = tasksOf('roles/etcd-restore/tasks/choose.yml');

/** A snapshot as etcdctl saves it: a database with the members, and its checksum. */
function snapshotOf(address: string): Buffer {
  const database = Buffer.alloc(
    4096,
    `\0{"id":1,"peerURLs":["https://${address}:2380"],"name":"k8s-master-1"}\xffk8s:enc:secretbox:v1:key1:\x01`,
    'latin1',
  );
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

const OURS = snapshotOf('192.168.1.26');
const FOREIGN = snapshotOf('10.0.0.1');

function damaged(): Buffer {
  const bytes = Buffer.from(OURS);
  bytes.writeUInt8(bytes.readUInt8(3000) ^ 1, 3000);
  return bytes;
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : expect.fail('no text');
}

/** Returns the answer to the request of the task to a host, or to the controller. */
async function answer(task: string, extra: ValueMap): Promise<unknown> {
  const known: Record<string, string> = {};
  const facts = entryOf(tasks.get('Shell text that looks at a snapshot') ?? expect.fail(), 'set_fact');
  const scope = () => roleScope({ role: 'etcd-restore', known, extra });
  if (facts?.kind === 'map')
    for (const { key, value } of facts.entries) known[key] = textOf(resolved(value, await scope()));
  const text = textOf(resolved(entryOf(tasks.get(task) ?? expect.fail(), 'query'), await scope()));
  return JSON.parse(execFileSync('sh', ['-c', text], { encoding: 'utf8' }));
}

function folderOf(files: Readonly<Record<string, Buffer>>): string {
  const folder = temporaryFolder("runbook it's a snapshot-");
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

it.each<[string, Buffer, { readonly sound: boolean; readonly ours: boolean; readonly keys?: readonly string[] }]>([
  ['a sound one', OURS, { sound: true, ours: true }],
  ['one of another cluster', FOREIGN, { sound: true, ours: false }],
  ['one with a bit that tipped over', damaged(), { sound: false, ours: true }],
  ['one that was cut short', OURS.subarray(0, 2048), { sound: false, ours: true }],
  ['an empty file', Buffer.alloc(0), { sound: false, ours: false, keys: [] }],
])('knows, of a snapshot of the controller, %s', async (_name, content, expected) => {
  const file = join(folderOf({ 'a b.db': content }), 'a b.db');
  expect(await answer('Snapshot of the controller', { snapshot_file: file })).toEqual({
    keys: ['key1'],
    ...expected,
    name: file,
    digest: createHash('sha256').update(content).digest('hex'),
  });
});

it('knows that the controller has no such file', async () => {
  expect(await answer('Snapshot of the controller', { snapshot_file: '/nowhere/etcd.db' })).toEqual({ name: '' });
});

const OLD = 'etcd-k8s-master-3-20260101T000000Z.db';
const NEW = 'etcd-k8s-master-1-20260102T000000Z.db';

it.each<[string, string, ValueMap]>([
  ['the newest one', '', { name: NEW, time: '20260102T000000Z', sound: true, ours: false }],
  ['the one that is named', OLD, { name: OLD, time: '20260101T000000Z', sound: true, ours: true }],
  [
    'the one that is named with its folder',
    `/var/lib/etcd-backup/${OLD}`,
    { name: OLD, time: '20260101T000000Z', sound: true, ours: true },
  ],
  ['none by a pattern', 'etcd-*.db', { name: '', time: '' }],
])('takes, of the snapshots of a host, %s', async (_name, snapshot, expected) => {
  // The name of a host's folder has no blanks.
  const folder = temporaryFolder('runbook-snapshots-');
  for (const [name, content] of [['.part', OURS] as const, [OLD, OURS] as const, [NEW, FOREIGN] as const])
    writeFileSync(join(folder, name), content);
  const given = await answer('Snapshots of this host', { snapshot, etcd_backup_dir: folder });
  expect(given).toMatchObject({ ...expected, all: [OLD, NEW] });
});

it('says that a host without the folder has none', async () => {
  expect(await answer('Snapshots of this host', { etcd_backup_dir: '/nowhere' })).toEqual({
    name: '',
    time: '',
    all: [],
  });
});
