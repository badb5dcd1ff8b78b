import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureEtcd } from '../../lab/binaries.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { SECRET_KEY } from '../s3-server.ts';
import { changesOf, complaints, runbook } from './controller.ts';
import { type LabStore, storeOf } from './s3-store.ts';

/**
 * Snapshots of etcd in a bucket, and a restore from there when all hosts are lost. The components of Kubernetes itself
 * are left out; test/e2e/recovery.test.ts has them.
 */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const PARTS = ['--tags', 'os-prep,pki,etcd,lb'];
const HOSTS = ['k8s-master-1', 'k8s-master-2', 'k8s-master-3'];
const FIRST = 'k8s-master-1';
const NEW_SNAPSHOT = ['-e', '{"etcd_backup_fresh_minutes": 0}'];

let lab: Lab;
let store: LabStore;

beforeAll(async () => {
  await ensureEtcd();
  lab = await up({ name: 'snapshot-store', hosts: 3 });
  store = await storeOf(lab);
  const built = await runbook(lab, ['play', 'playbooks/site.yml', ...PARTS]);
  expect(complaints(built)).toBe('');
});
afterAll(async () => {
  store.remove();
  await lab.down();
});

const asRoot = (command: string, host = FIRST): Promise<string> =>
  lab.ssh(host, `sudo sh -c '${command.replaceAll("'", String.raw`'\''`)}'`);
const etcdctl = (args: string): Promise<string> => asRoot(`set -a; . /etc/etcd/etcdctl.env; etcdctl ${args}`);
const backup = (verb: 'plan' | 'play', ...args: readonly string[]) =>
  runbook(lab, [verb, 'playbooks/backup.yml', ...store.variables, ...args]);

describe.skipIf(why !== undefined)(`snapshots in a bucket${SKIPPED}`, () => {
  test('backup.yml does what its plan says: every member has a copy there; a second plan is empty', async () => {
    const plan = await backup('plan');
    expect(complaints(plan)).toBe('');
    const play = await backup('play');
    expect(complaints(play)).toBe('');
    expect(changesOf(play).toSorted()).toEqual(changesOf(plan).toSorted());
    expect(`${play.stdout}${plan.stdout}`).not.toContain(JSON.stringify(SECRET_KEY).slice(1, -1));
    expect(store.copies().map((name) => name.replace(/-\d{8}T\d{6}Z\.db\.age$/, ''))).toEqual(
      HOSTS.map((host) => `etcd-${host}`),
    );
    expect(changesOf(await backup('plan'))).toEqual([]);
    expect(await asRoot('stat -c "%U %a" /etc/etcd/etcd-backup-s3.env')).toBe('root 600\n');
  });

  test('the timer stores a copy of its snapshot', async () => {
    const before = store.copies().length;
    await asRoot('systemctl start etcd-backup.service');
    expect(store.copies()).toHaveLength(before + 1);
    expect(await asRoot('/usr/local/sbin/etcd-backup-s3 newest')).toMatch(/^etcd-k8s-master-1-\S+\.db\.age 0\n$/);
  });

  test('a store that is away: the unit fails, the host keeps its snapshot, and verify.yml names the host', async () => {
    const count = 'find /var/lib/etcd-backup -name "etcd-*.db" | wc -l';
    const before = Number(await asRoot(count));
    store.stop();
    const states = await asRoot('systemctl start etcd-backup.service || systemctl is-failed etcd-backup.service');
    expect(states).toBe('failed\n');
    expect(Number(await asRoot(count))).toBe(before + 1);
    const named = 'Members whose newest copy in the bucket is older than 13 hours, or missing: k8s-master-1,';
    const away = await runbook(lab, ['play', 'playbooks/verify.yml', ...store.variables]);
    expect(complaints(away)).toContain(named);
    await store.start();
    const back = await backup('play');
    expect(changesOf(back)).toEqual([`${FIRST}: Recent snapshot`]);
    const there = await runbook(lab, ['play', 'playbooks/verify.yml', ...store.variables]);
    expect(complaints(there)).not.toContain(named);
  });
});

describe.skipIf(why !== undefined)(`without the snapshots of the hosts${SKIPPED}`, () => {
  test('all hosts are lost: new ones get the data from the bucket', async () => {
    await etcdctl('put /precious kept');
    expect(complaints(await backup('play', ...NEW_SNAPSHOT))).toBe('');
    await etcdctl('put /precious lost');
    for (const host of HOSTS) await lab.reset(host);

    const restore = ['playbooks/restore.yml', ...store.variables, '-e', 'confirm=lab', ...PARTS];
    const unknown = await runbook(lab, ['play', ...restore, '-e', 'bucket_snapshot=etcd-none-20260101T000000Z.db']);
    expect(complaints(unknown)).toContain('has no snapshot etcd-none-20260101T000000Z.db. It has: etcd-k8s-master-1-');
    const plan = await runbook(lab, ['plan', ...restore, '-e', 'bucket_snapshot=latest']);
    expect(complaints(plan)).toBe('');
    const restored = await runbook(lab, ['play', ...restore, '-e', 'bucket_snapshot=latest']);
    expect(complaints(restored)).toBe('');

    expect(await etcdctl('get /precious --print-value-only')).toBe('kept\n');
    expect((await etcdctl('member list')).match(/started/g)).toHaveLength(3);
    const again = await runbook(lab, ['play', ...restore, '-e', 'bucket_snapshot=latest']);
    expect(complaints(again)).toBe('');
    expect(changesOf(again)).toEqual([]);
  });

  test('without a bucket, nothing of it stays on the hosts', async () => {
    await backup('play');
    const without = await runbook(lab, ['play', 'playbooks/backup.yml']);
    expect(complaints(without)).toBe('');
    expect(await asRoot('ls /etc/etcd /usr/local/sbin')).not.toContain('s3');
    await asRoot('systemctl start etcd-backup.service');
  });
});
