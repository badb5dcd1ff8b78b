import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_KUBERNETES, ensureBinaries } from '../../lab/binaries.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { stateFolder } from '../../lab/state.ts';
import { type RunbookResult, changesOf, complaints, runbook } from '../lab/controller.ts';
import { foretold } from './foretold.ts';
import { underLoad } from './load.ts';
import { watchingMembers } from './members.ts';

/**
 * The operations of an operator on a cluster in use. A client sends requests through the virtual address all the time,
 * and no request may fail.
 */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const MASTERS = ['k8s-master-1', 'k8s-master-2', 'k8s-master-3'];
const SERVER = 'https://192.168.1.34:8443';
const PREVIOUS = '1.35.4';
const KUBECTL = 'sudo kubectl --kubeconfig=/etc/kubernetes/admin.conf';

let lab: Lab;

/** A busy machine answers late. */
const PATIENCE = ['--timeout', '60'];
const play = (playbook: string, ...args: readonly string[]): Promise<RunbookResult> =>
  runbook(lab, ['play', `playbooks/${playbook}`, ...args, ...PATIENCE]);

beforeAll(async () => {
  await ensureBinaries({ kubernetes: PREVIOUS });
  await ensureBinaries({});
  lab = await up({ name: 'ops-a', hosts: 3 });
  const built = await play('site.yml', '-e', `kubernetes_version=${PREVIOUS}`);
  expect(complaints(built)).toBe('');
});
afterAll(async () => {
  await lab.down();
});

/**
 * Plans the playbook, then plays it under load. The play must do what was planned, nothing may fail or be lost, and
 * etcd must never have two members down.
 */
async function playUnnoticed(playbook: string, ...args: readonly string[]): Promise<RunbookResult> {
  const pki = join(stateFolder(lab.state.name), 'pki');
  const plan = await runbook(lab, ['plan', `playbooks/${playbook}`, ...args, ...PATIENCE]);
  expect(complaints(plan)).toBe('');
  const [[result, members], load] = await underLoad(
    lab,
    pki,
    SERVER,
    async () => await watchingMembers(lab, pki, async () => await play(playbook, ...args)),
  );
  const { untold, undone, ...counts } = foretold(plan, result);
  process.stdout.write(
    `${playbook} ${args.join(' ')}: ${[load, members, counts].map((part) => JSON.stringify(part)).join(' ')}\n`,
  );
  expect(complaints(result)).toBe('');
  expect(result.status).toBe(0);
  expect({ untold, undone }).toEqual({ untold: [], undone: [] });
  expect(load.failures).toEqual([]);
  expect(load.lost).toEqual([]);
  expect(load.written).toBeGreaterThan(100);
  expect(members.worst).toBeLessThanOrEqual(1);
  return result;
}

async function expectNothingToDo(playbook: string, ...args: readonly string[]): Promise<void> {
  const again = await play(playbook, ...args);
  expect(complaints(again)).toBe('');
  expect(changesOf(again)).toEqual([]);
}

const onEach = async (commandLine: string): Promise<readonly string[]> =>
  await Promise.all(MASTERS.map(async (host) => (await lab.ssh(host, commandLine)).trim()));

const versions = (): Promise<readonly string[]> =>
  onEach(`${KUBECTL} --server=https://$(hostname):6443 get --raw=/version | grep gitVersion`);

async function expectRefused(version: string, said: string): Promise<void> {
  const refused = await play('upgrade.yml', '-e', `kubernetes_version=${version}`);
  expect(refused.status).not.toBe(0);
  expect(complaints(refused)).toContain(said);
  expect(changesOf(refused)).toEqual([]);
}

describe.skipIf(why !== undefined)(`operations on a cluster in use: upgrades${SKIPPED}`, () => {
  // The mirror of the lab is a folder, so this message comes before the range of supported versions is checked.
  test('an upgrade refuses a version whose release is not there', () =>
    expectRefused('1.37.0', '/kubernetes/v1.37.0/bin/linux/amd64/kube-apiserver" on the controller'));

  test('an upgrade refuses to jump over a minor, if only one host would', async () => {
    // No third minor version is available, so a host pretends to have an older one.
    const binary = '/usr/local/bin/kube-apiserver';
    await lab.ssh(
      'k8s-master-3',
      `sudo sh -c 'mv ${binary} ${binary}.real; echo "echo Kubernetes v1.34.9" >${binary}; chmod 755 ${binary}'`,
    );
    await expectRefused(
      DEFAULT_KUBERNETES,
      `has Kubernetes 1.34.9, wanted is ${DEFAULT_KUBERNETES}: go up one minor at a time, never down`,
    );
    await lab.ssh('k8s-master-3', `sudo mv ${binary}.real ${binary}`);
  });

  test('an upgrade to the next minor', async () => {
    const upgraded = await playUnnoticed('upgrade.yml', '-e', `kubernetes_version=${DEFAULT_KUBERNETES}`);
    const hosts = changesOf(upgraded).filter((change) => change.endsWith('kube-apiserver restarted'));
    expect(hosts.length).toBe(3);
    for (const version of await versions()) expect(version).toContain(`v${DEFAULT_KUBERNETES}`);
    await expectNothingToDo('upgrade.yml');
    await expectNothingToDo('site.yml');
  });

  test('and the way back is refused', async () => {
    await expectRefused(
      PREVIOUS,
      `has Kubernetes ${DEFAULT_KUBERNETES}, wanted is ${PREVIOUS}: go up one minor at a time, never down`,
    );
    for (const version of await versions()) expect(version).toContain(`v${DEFAULT_KUBERNETES}`);
  });
});

describe.skipIf(why !== undefined)(`operations on a cluster in use: changes of all hosts${SKIPPED}`, () => {
  test('changed flags of every component', async () => {
    const flags = {
      apiserver_extra_flags: { v: '3' },
      controller_manager_verbosity: 3,
      scheduler_verbosity: 3,
      etcd_snapshot_count: 10001,
      haproxy_max_connections: 8000,
    };
    const changed = changesOf(await playUnnoticed('site.yml', '-e', JSON.stringify(flags)));
    const times = (task: string): number => changed.filter((change) => change.includes(task)).length;
    // A leader restarts only after another member has become the leader, and while the apiservers pause. At least one
    // of the three members is the leader when its turn comes.
    expect(times('Another etcd member leads')).toBeGreaterThan(0);
    expect(times('Pause of kube-apiserver scheduled')).toBe(3 * times('Another etcd member leads'));
    expect(times('etcd member restarted')).toBe(3);
    await expectNothingToDo('site.yml', '-e', JSON.stringify(flags));
  });

  test('every certificate anew', async () => {
    const fingerprints = `sudo sh -c 'find /etc/kubernetes /etc/etcd -name "*.crt" -not -name "*ca.crt" -exec openssl x509 -noout -fingerprint -in {} \\;'`;
    const before = (await onEach(fingerprints)).flatMap((text) => text.split('\n'));
    await playUnnoticed('renew-certs.yml');
    const after = new Set((await onEach(fingerprints)).flatMap((text) => text.split('\n')));
    expect(before.filter((one) => after.has(one))).toEqual([]);
    await expectNothingToDo('renew-certs.yml');
  });

  test('other authorities', async () => {
    const authorities =
      'sudo sha256sum /etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/front-proxy-ca.crt /etc/kubernetes/pki/sa.pub /etc/etcd/pki/ca.crt';
    const before = await lab.ssh('k8s-master-1', authorities);
    await playUnnoticed('rotate-ca.yml');
    const after = await lab.ssh('k8s-master-1', authorities);
    expect(after.split('\n').filter((line) => line !== '' && before.includes(line))).toEqual([]);
    const trusted = await onEach('sudo cat /etc/kubernetes/pki/ca.crt /etc/etcd/pki/ca.crt | grep -c BEGIN');
    expect(trusted).toEqual(['2', '2', '2']);
    await expectNothingToDo('rotate-ca.yml');
  });

  test('another key for Secrets', async () => {
    await lab.ssh('k8s-master-1', `${KUBECTL} create secret generic old --from-literal=word=kept`);
    await playUnnoticed('rotate-encryption-key.yml', '-e', 'rotation=second');
    const raw = await lab.ssh(
      'k8s-master-2',
      `sudo sh -c 'set -a; . /etc/etcd/etcdctl.env; etcdctl get --prefix /registry/secrets/ --print-value-only | grep -ao "^k8s:enc:[a-z]*:v1:[^:]*:" | sort -u'`,
    );
    expect(raw.trim()).toBe('k8s:enc:secretbox:v1:key-second:');
    expect(await lab.ssh('k8s-master-3', `${KUBECTL} get secret old --output=jsonpath={.data.word} | base64 -d`)).toBe(
      'kept',
    );
    const configured = await onEach('sudo grep "name:" /etc/kubernetes/encryption-config.yaml');
    for (const names of configured) expect(names).toBe('- name: key-second');
    await expectNothingToDo('rotate-encryption-key.yml', '-e', 'rotation=second');
    await expectNothingToDo('site.yml');
  });

  test('and the cluster is as it should be', async () => {
    const verify = await play('verify.yml');
    expect(complaints(verify)).toBe('');
    expect(verify.status).toBe(0);
    expect(verify.stdout).toContain('"verify_apiservers_run":[{"host":"k8s-master-1","days":0},');
  });
});
