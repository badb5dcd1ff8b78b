import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { changesOf, complaints, runbook } from '../lab/controller.ts';
import { MASTERS, allIsWell, cluster, etcdLeader, kubectl, plays, release } from './cluster.ts';
import { foretold } from './foretold.ts';

/** A database of etcd that has reached its quota: it is seen, and given its space back. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const QUOTA = ['-e', '{"etcd_quota_backend_bytes": 33554432}'];
const PLAYBOOK = ['playbooks/defragment.yml', '-e', 'defragment_min_mib=4'];

let lab: Lab;

/** Runs a script without single quotes, for which etcdctl is ready to use. */
const onMember = (script: string): Promise<string> =>
  lab.ssh('k8s-master-1', `sudo sh -c 'set -a; . /etc/etcd/etcdctl.env; ${script}'`);

beforeAll(async () => {
  if (why !== undefined) return;
  lab = await cluster('defragment');
  await plays(lab, 'site.yml', ...QUOTA);
});
afterAll(() => release(lab));

describe.skipIf(why !== undefined)(`the space of etcd${SKIPPED}`, () => {
  test('is in the table, and there is nothing to give back at first', async () => {
    await allIsWell(lab, ...QUOTA);
    const verify = await runbook(lab, ['play', 'playbooks/verify.yml']);
    expect(verify.stdout).toMatch(/etcd database +\d+ of 32 MiB \(\d+ in use\) on k8s-master-1/);
    expect(await plays(lab, 'defragment.yml')).toEqual([]);
  });

  test('that is used up ends writes, which verify.yml says with the remedy', async () => {
    const fill = 'head -c 750000 /dev/urandom | base64 | etcdctl put filler';
    await onMember(`for i in $(seq 60); do ${fill} >/dev/null 2>&1 || break; done`);
    expect(await onMember('etcdctl alarm list')).toContain('NOSPACE');
    expect(await kubectl(lab, 'create configmap refused 2>&1 || true')).toContain('space exceeded');
    const verify = await runbook(lab, ['play', 'playbooks/verify.yml']);
    expect(verify.status).toBe(2);
    expect(complaints(verify)).toContain('Play defragment.yml');
  });

  test('comes back as the plan says: members one after another, the leader never, and the alarm ends', async () => {
    const leader = await etcdLeader(lab);
    const plan = await runbook(lab, ['plan', ...PLAYBOOK]);
    expect(complaints(plan)).toBe('');
    const play = await runbook(lab, ['play', ...PLAYBOOK]);
    expect(complaints(play)).toBe('');
    expect(foretold(plan, play).untold).toEqual([]);
    const changes = changesOf(play);
    for (const host of MASTERS) expect(changes).toContain(`${host}: Database has no space to give back`);
    expect(changes.filter((change) => change.endsWith(': Another etcd member leads'))).toContain(
      `${leader}: Another etcd member leads`,
    );
    expect(await onMember('etcdctl alarm list')).toBe('');
    await kubectl(lab, 'create configmap accepted');
    await allIsWell(lab, ...QUOTA);
    expect(changesOf(await runbook(lab, ['play', ...PLAYBOOK]))).toEqual([]);
  });
});
