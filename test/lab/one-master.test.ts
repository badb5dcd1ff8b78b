import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureEtcd } from '../../lab/binaries.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { changesOf, complaints, runbook } from './controller.ts';

/** A cluster of one master, which grows to three. The components of Kubernetes itself are left out. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const NAME = 'one-master';
const PARTS = ['--tags', 'os-prep,pki,etcd,lb'];
const ONE = 'inventory/lab-one.yml';
const FIRST = 'k8s-master-1';

let lab: Lab;

beforeAll(async () => {
  await ensureEtcd();
  lab = await up({ name: NAME, hosts: 1 });
});
afterAll(async () => {
  await lab.down();
});

const etcdctl = (args: string): Promise<string> =>
  lab.ssh(FIRST, `sudo sh -c 'set -a; . /etc/etcd/etcdctl.env; etcdctl ${args}'`);
/** Returns the hosts that have the virtual address. */
async function holders(): Promise<readonly string[]> {
  const names = lab.state.hosts.map(({ name }) => name);
  const answers = await Promise.all(names.map((name) => lab.ssh(name, 'ip -o -4 address show to 192.168.1.34')));
  return names.filter((_, index) => answers[index] !== '');
}

describe.skipIf(why !== undefined)(`one master${SKIPPED}`, () => {
  test('runs etcd and holds the virtual address; a second plan is empty', async () => {
    const play = await runbook(lab, ['play', 'playbooks/site.yml', ...PARTS], ONE);
    expect(complaints(play)).toBe('');
    await etcdctl('put /kept yes');
    await expect.poll(holders, { timeout: 30_000 }).toEqual([FIRST]);
    const again = await runbook(lab, ['plan', 'playbooks/site.yml', ...PARTS], ONE);
    expect(changesOf(again)).toEqual([]);
  });

  test('grows to three by add-master.yml, and keeps its data', async () => {
    lab = await up({ name: NAME, hosts: 3 });
    const grown = await runbook(lab, [
      'play',
      'playbooks/add-master.yml',
      ...PARTS,
      '-e',
      'added=k8s-master-2:k8s-master-3',
    ]);
    expect(complaints(grown)).toBe('');
    expect((await etcdctl('member list')).match(/, started, /g)).toHaveLength(3);
    expect(await etcdctl('get /kept --print-value-only')).toBe('yes\n');
    // keepalived begins anew with its peers, so another host may get the address.
    await expect.poll(async () => (await holders()).length, { timeout: 30_000 }).toBe(1);
    const again = await runbook(lab, ['plan', 'playbooks/site.yml', ...PARTS]);
    expect(changesOf(again)).toEqual([]);
  });
});
