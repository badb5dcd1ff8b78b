import { join } from 'node:path';
import { expect } from 'vitest';
import { ensureBinaries } from '../../lab/binaries.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { until } from '../../lab/until.ts';
import { changesOf, complaints, runbook } from '../lab/controller.ts';

/** A whole control plane in a lab, for tests that damage it. */
export const MASTERS = ['k8s-master-1', 'k8s-master-2', 'k8s-master-3'];
export const VIP = '192.168.1.34';
export const API = `https://${VIP}:8443`;
const ROOT = join(import.meta.dirname, '../..');

/** If set, the lab stays after the tests, and the next tests continue with it. */
const KEEP = process.env['RUNBOOK_KEEP_LAB'] !== undefined;

export async function cluster(name: string): Promise<Lab> {
  await ensureBinaries({});
  const lab = await up({ name, hosts: 3 });
  await plays(lab, 'site.yml');
  return lab;
}

export async function release(lab: Lab | undefined): Promise<void> {
  if (lab !== undefined && !KEEP) await lab.down();
}

export function pkiOf(lab: Lab): string {
  return join(ROOT, '.runbook/lab', lab.state.name, 'pki');
}

/** Plays a playbook, which must succeed. Returns the changed tasks. */
export async function plays(lab: Lab, playbook: string, ...args: readonly string[]): Promise<readonly string[]> {
  const play = await runbook(lab, ['play', `playbooks/${playbook}`, ...args]);
  expect(complaints(play)).toBe('');
  expect(play.status).toBe(0);
  return changesOf(play);
}

/** Waits until verify.yml finds no fault. */
export async function allIsWell(lab: Lab, ...args: readonly string[]): Promise<void> {
  let last = '';
  try {
    await until(
      'verify.yml finds nothing wrong',
      async () => {
        const verify = await runbook(lab, ['play', 'playbooks/verify.yml', ...args]);
        last = complaints(verify);
        return verify.status === 0;
      },
      { timeoutMs: 240_000 },
    );
  } catch (error) {
    throw new Error(last, { cause: error });
  }
}

export async function onAll(lab: Lab, commandLine: string): Promise<void> {
  await Promise.all(MASTERS.map((host) => lab.ssh(host, commandLine)));
}

export function kubectl(lab: Lab, args: string, host = 'k8s-master-1'): Promise<string> {
  return lab.ssh(host, `sudo kubectl --kubeconfig=/etc/kubernetes/admin.conf --request-timeout=20s ${args}`);
}

/**
 * Returns `namespace/name uid` of every object of some kinds, sorted. Leases and events are left out, because they come
 * and go by themselves.
 */
export async function objectsOf(lab: Lab): Promise<readonly string[]> {
  const kinds =
    'namespaces,configmaps,secrets,serviceaccounts,services,clusterroles,clusterrolebindings,roles,rolebindings,priorityclasses';
  const template = "{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{'\\n'}{end}";
  return (await kubectl(lab, `get ${kinds} --all-namespaces -o jsonpath="${template.replaceAll("'", String.raw`\"`)}"`))
    .trim()
    .split('\n')
    .toSorted();
}

export async function holderOfVip(lab: Lab): Promise<string> {
  for (const host of MASTERS) {
    if ((await lab.condition(host)) !== 'on') continue;
    if ((await lab.ssh(host, `ip -o -4 address show to ${VIP}`)).includes(VIP)) return host;
  }
  throw new Error(`no host holds ${VIP}`);
}

export async function etcdLeader(lab: Lab): Promise<string> {
  const command = "sudo sh -c 'set -a; . /etc/etcd/etcdctl.env; etcdctl endpoint status --write-out=json'";
  const states: readonly {
    readonly Endpoint: string;
    readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
  }[] = JSON.parse(await lab.ssh('k8s-master-1', command));
  const leads = states.find(({ Status }) => Status.leader === Status.header.member_id);
  const host = lab.state.hosts.find(({ address }) => leads?.Endpoint.includes(`//${address}:`) === true);
  if (host === undefined) throw new Error('no member leads');
  return host.name;
}
