import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { entryOf, holds, resolved, roleScope, tasksOf } from './role-scope.ts';

const tasks = new Map([
  ...tasksOf('roles/os-prep/tasks/preflight-inventory.yml'),
  ...tasksOf('roles/os-prep/tasks/preflight-host.yml'),
]);
const HEALTHY = {
  uid: 0,
  systemd: 252,
  clock: 1000,
  free_mib: 9000,
  kubernetes: '',
  kubelet: '',
  etcd: '',
  name: 'debian',
  services: '',
  taken: [],
};

const NAMED = 'The API has an IPv4 address, or a name if the load balancer is not one of these hosts';
const OWN_LB = { lb_hosts: [] };

/** Returns the names of the failed checks, each with its rendered message. */
async function failures(extra: ValueMap, seen: ValueMap = {}, host?: string): Promise<readonly string[]> {
  const known = { preflight_host: { json: { ...HEALTHY, ...seen } } };
  const inner = await roleScope({ role: 'os-prep', known, extra, ...(host === undefined ? {} : { host }) });
  const scope = {
    lookup: (name: string) => (name === 'play_hosts' ? ['k8s-master-1'] : inner.lookup(name)),
    names: () => inner.names(),
  };
  const failed: string[] = [];
  for (const [name, task] of tasks) {
    const assertion = entryOf(task, 'assert');
    if (assertion?.kind !== 'map') continue;
    const when = entryOf(task, 'when');
    if (when !== undefined && !holds(when, scope)) continue;
    if (holds(entryOf(assertion, 'that'), scope)) continue;
    expect(resolved(entryOf(assertion, 'fail_msg'), scope)).toMatch(/\w/);
    failed.push(name);
  }
  return failed;
}

describe('preflight', () => {
  it('lets the production inventory pass', async () => {
    expect(await failures({})).toEqual([]);
  });

  it.each<[string, ValueMap, ValueMap, string]>([
    ['pods in the network of services', { pod_cidr: '10.96.128.0/17' }, {}, 'Networks do not overlap'],
    ['services around the machines', { service_cidr: '192.168.0.0/16' }, {}, 'Networks do not overlap'],
    [
      'a virtual address outside',
      { api_vip: '192.168.2.34' },
      {},
      'Every machine, and the virtual address, is in the network of the machines',
    ],
    ['a virtual address that a host has', { api_vip: '192.168.1.30' }, {}, 'No address is used twice'],
    ['a name that the hosts of the group lb cannot hold', { api_vip: 'api.example.com' }, {}, NAMED],
    ['IPv6 of a load balancer of its own', { ...OWN_LB, api_vip: 'fd00::1' }, {}, NAMED],
    ['no name of a load balancer', { ...OWN_LB, api_vip: 'Api_1' }, {}, NAMED],
    [
      'a virtual name that a host has',
      { api_name: 'k8s-node-1' },
      {},
      'Host names are valid, and differ from the name of the virtual address',
    ],
    ['a Kubernetes too old', { kubernetes_version: '1.33.9' }, {}, 'Versions are ones that these roles support'],
    ['a Kubernetes too new', { kubernetes_version: '1.37.0' }, {}, 'Versions are ones that these roles support'],
    ['an etcd of another minor', { etcd_version: '3.7.0' }, {}, 'Versions are ones that these roles support'],
    ['no root', {}, { uid: 1000 }, 'Changes are made as root'],
    ['no space', {}, { free_mib: 100 }, '/var has enough free space'],
    ['systemd of RHEL 8', {}, { systemd: 239 }, 'systemd can hand keys to services'],
    ['a port taken', {}, { taken: [6443] }, 'Ports are free'],
    [
      'a downgrade',
      { kubernetes_version: '1.35.4' },
      { kubernetes: '1.36.3' },
      'Kubernetes is not downgraded, and skips no minor version',
    ],
    [
      'a jump over a minor',
      { kubernetes_version: '1.36.3' },
      { kubernetes: '1.34.9' },
      'Kubernetes is not downgraded, and skips no minor version',
    ],
    ['a downgrade of etcd', {}, { etcd: '3.6.99' }, 'etcd is not downgraded, and skips no minor version'],
    [
      'a master that is another one already',
      {},
      { etcd: '3.6.16', name: 'k8s-master-2' },
      'The host is not another host of the inventory',
    ],
    [
      'another network of Services than the one in use',
      { service_cidr: '10.97.0.0/16' },
      { services: '10.96.0.0/16' },
      'The network of Services is the one of the living cluster',
    ],
    ['an address that the host does not have', { node_address: '192.168.1.99' }, {}, 'The address is on the host'],
  ])('refuses %s', async (_name, extra, seen, check) => {
    expect(await failures(extra, seen)).toContain(check);
  });
});

describe('preflight of a node', () => {
  const NODE = 'k8s-node-1';
  const BACK = 'The kubelet is not downgraded';
  const SKEW = 'The kubelet is not newer than the apiservers, and at most three minors older';

  it.each<[string, string, readonly string[]]>([
    ['the version of the apiservers', '1.36.3', []],
    ['three minors older', '1.33.0', []],
    ['four minors older', '1.32.9', [SKEW]],
    ['newer by a patch', '1.36.4', [SKEW]],
    ['newer by a minor', '1.37.0', [SKEW]],
    ['not joined yet', '', []],
  ])('whose kubelet is %s', async (_what, kubelet, failed) => {
    expect(await failures({ kubernetes_version: '1.36.3' }, { kubelet }, NODE)).toEqual(failed);
  });

  // The version of nodes may be set apart, for example in the group nodes.
  it.each<[string, boolean, readonly string[]]>([
    ['1.35.2', true, []],
    ['1.35.3', true, []],
    ['1.35.4', true, [BACK]],
    ['1.36.3', true, [BACK]],
    ['1.36.3', false, []],
    ['', true, []],
  ])('that gets 1.35.3 and has kubelet %j, if it may change: %s', async (kubelet, may, failed) => {
    const extra = {
      preflight_apiservers: '1.36.3',
      kubernetes_version: '1.35.3',
      kubelet_may_change_version: may,
    };
    expect(await failures(extra, { kubelet }, NODE)).toEqual(failed);
  });
});

describe('preflight lets pass', () => {
  it.each(['api.example.com', '203.0.113.7', '192.168.1.26'])('takes %s as a load balancer of its own', async (vip) => {
    expect(await failures({ ...OWN_LB, api_vip: vip })).toEqual([]);
  });

  it.each<[string, ValueMap, ValueMap]>([
    ['a new machine with the name of another host', {}, { name: 'k8s-master-2' }],
    ['a master with a name of its own', {}, { etcd: '3.6.16', name: 'k8s-master-1.example.com' }],
    [
      'a network of Services that was moved',
      { service_cidr: '10.97.0.0/16', preflight_service_cidr_may_change: true },
      {},
    ],
    [
      'a network that is given as a flag',
      { apiserver_extra_flags: { 'service-cluster-ip-range': '10.98.0.0/16' } },
      {},
    ],
  ])('takes %s', async (_, extra, seen) => {
    expect(await failures(extra, { services: '10.96.0.0/16', ...seen })).toEqual([]);
  });

  it('takes a patch and the next minor', async () => {
    expect(await failures({}, { kubernetes: '1.36.1', etcd: '3.5.21' })).toEqual([]);
    expect(await failures({}, { kubernetes: '1.35.4', etcd: '3.6.16' })).toEqual([]);
  });
});
