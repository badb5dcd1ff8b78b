import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { complaints, runbook } from '../lab/controller.ts';
import { MASTERS, allIsWell, cluster, kubectl, objectsOf, onAll, plays, release } from './cluster.ts';

/** The steps of an operator after data or hosts are lost. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const STOP_ALL = 'sudo systemctl stop keepalived haproxy kube-scheduler kube-controller-manager kube-apiserver etcd';
const LOSE_DATA = 'sudo sh -c "systemctl kill -s KILL etcd; systemctl stop etcd; rm -rf /var/lib/etcd/member"';

let lab: Lab;

beforeAll(async () => {
  lab = await cluster('ops-b');
});
afterAll(() => release(lab));

describe.skipIf(why !== undefined)(`recovery of data${SKIPPED}`, () => {
  test('a member that lost its data is refused beside a living cluster, and replace-master heals it', async () => {
    await lab.ssh('k8s-master-2', LOSE_DATA);
    const refused = await runbook(lab, ['play', 'playbooks/site.yml', '--tags', 'etcd']);
    expect(refused.status).toBe(2);
    expect(complaints(refused)).toContain('Starting it would form a second cluster');
    expect(complaints(refused)).toContain('runbook play playbooks/replace-master.yml -e replaced=k8s-master-2');
    expect(await lab.ssh('k8s-master-2', 'systemctl is-active etcd || true')).toMatch(/inactive|failed/);

    const changes = await plays(lab, 'replace-master.yml', '-e', 'replaced=k8s-master-2');
    expect(changes).toContain('k8s-master-2: etcd member joined as learner');
    expect(changes).toContain('k8s-master-2: etcd learner promoted to a voting member');
    await allIsWell(lab);
    expect(await plays(lab, 'replace-master.yml', '-e', 'replaced=k8s-master-2')).toEqual([]);
  });

  test('all data are destroyed: a restored backup brings every object back, with its UID', async () => {
    await kubectl(lab, 'create namespace precious');
    await kubectl(lab, 'create configmap kept --namespace=precious --from-literal=a=b');
    await kubectl(lab, 'create secret generic kept --namespace=precious --from-literal=password=hunter2');
    await plays(lab, 'backup.yml', '-e', '{"etcd_backup_fresh_minutes": 0}');
    const before = await objectsOf(lab);
    expect(before.length).toBeGreaterThan(50);
    await kubectl(lab, 'create configmap late --namespace=precious');

    await onAll(lab, LOSE_DATA);
    const unconfirmed = await runbook(lab, ['play', 'playbooks/restore.yml']);
    expect(complaints(unconfirmed)).toContain('-e confirm=lab');
    await plays(lab, 'restore.yml', '-e', 'confirm=lab');

    expect(await objectsOf(lab)).toEqual(before);
    expect(await kubectl(lab, 'get secret kept --namespace=precious -o jsonpath={.data.password}')).toBe(
      'aHVudGVyMg==',
    );
    await allIsWell(lab);
    expect(await plays(lab, 'restore.yml', '-e', 'confirm=lab')).toEqual([]);
    await kubectl(lab, 'delete namespace precious --wait=false');
  });

  test('a backup of before a rotation of the key is restored: its Secrets can be read', async () => {
    await kubectl(lab, 'create secret generic of-old --from-literal=password=hunter2');
    await plays(lab, 'backup.yml', '-e', '{"etcd_backup_fresh_minutes": 0}');
    await plays(lab, 'rotate-encryption-key.yml', '-e', 'rotation=since');
    expect(await plays(lab, 'restore.yml', '-e', 'confirm=lab')).toContain(
      'k8s-master-1: Keys of the snapshot in use again',
    );

    expect(await kubectl(lab, 'get secret of-old -o jsonpath={.data.password}')).toBe('aHVudGVyMg==');
    await allIsWell(lab);
    await kubectl(lab, 'delete secret of-old');
  });
});

describe.skipIf(why !== undefined)(`recovery of hosts${SKIPPED}`, () => {
  test('the power of all hosts goes and comes back: the cluster forms by itself', async () => {
    await Promise.all(MASTERS.map((host) => lab.kill(host)));
    for (const host of MASTERS) await lab.start(host);
    await allIsWell(lab);
    expect(await plays(lab, 'site.yml')).toEqual([]);
  });

  test('all services are off: site.yml starts the members together', async () => {
    await onAll(lab, STOP_ALL);
    const changes = await plays(lab, 'site.yml');
    expect(changes.filter((change) => change.endsWith(': etcd runs'))).toHaveLength(MASTERS.length);
    await allIsWell(lab);
    expect(await plays(lab, 'site.yml')).toEqual([]);
  });

  test('a master that was installed anew becomes a full one again', async () => {
    await lab.reset('k8s-master-3');
    await plays(lab, 'replace-master.yml', '-e', 'replaced=k8s-master-3');
    await allIsWell(lab);
  });
});
