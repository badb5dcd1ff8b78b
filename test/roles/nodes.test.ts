import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { type RoleScope, rendered, roleScope } from './role-scope.ts';

/** What the roles of nodes write, by their settings. */
const NODE = 'k8s-node-2';
const LINES = ['k8s-node-1 10.244.0.0/24', 'k8s-node-2 10.244.1.0/24', 'k8s-node-9 10.244.9.0/24'];
const known = {
  kubelet_token_key: { value: 'MTIz' },
  kubelet_resolv_found: { stdout: '/etc/resolv.conf\n' },
  pod_network_known: { stdout_lines: LINES },
};

async function configOf(role: string, template: string, extra: ValueMap = {}): Promise<Record<string, unknown>> {
  return parse(await rendered(template, { role, host: NODE, known, extra }));
}
const kubelet = (extra?: ValueMap): Promise<Record<string, unknown>> => configOf('kubelet', 'kubelet.yaml.hbs', extra);
const kubeProxy = (extra?: ValueMap): Promise<Record<string, unknown>> =>
  configOf('kube-proxy', 'kube-proxy.yaml.hbs', extra);

it.each([
  ['kubelet', 'KUBELET'],
  ['kube-proxy', 'KUBE_PROXY'],
])('%s keeps flags in the unit or in a file', async (role, name) => {
  expect(await rendered(`${role}.service.hbs`, { role, host: NODE, known })).toMatch(/^ExecStart=\S+ \\\n {2}--/m);
  const extra = { unit_style: 'environment_file' };
  const unit = await rendered(`${role}.service.hbs`, { role, host: NODE, known, extra });
  expect(unit).toContain(
    `EnvironmentFile=/etc/kubernetes/${role}.env\nExecStart=/usr/local/bin/${role} $${name}_ARGUMENTS\n`,
  );
  expect(unit).not.toContain('--');
  const file = await rendered(`${role}.env.hbs`, { role, host: NODE, known, extra });
  expect(file).toMatch(new RegExp(`^${name}_ARGUMENTS="--\\S+( --\\S+)*"$`, 'm'));
});

describe('the configuration of kubelet', () => {
  it('lets nobody in without a certificate, and asks the cluster for its own', async () => {
    expect(await kubelet()).toMatchObject({
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
      },
      authorization: { mode: 'Webhook' },
      readOnlyPort: 0,
      rotateCertificates: true,
      serverTLSBootstrap: true,
      clusterDNS: ['10.96.0.10'],
      address: '192.168.1.30',
    });
  });

  it.each<[string, ValueMap, object]>([
    [
      'cgroup v1',
      { kubelet_fail_cgroup_v1: false, cgroup_driver: 'cgroupfs' },
      { failCgroupV1: false, cgroupDriver: 'cgroupfs' },
    ],
    [
      'another setting',
      { kubelet_extra_config: { maxPods: 20, logging: { format: 'json' } } },
      { maxPods: 20, logging: { format: 'json' } },
    ],
    [
      'a part of a map',
      { kubelet_extra_config: { evictionHard: { 'memory.available': '1Gi' } } },
      { evictionHard: { 'memory.available': '1Gi', 'nodefs.available': '10%' } },
    ],
    [
      'taints',
      { kubelet_taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] },
      { registerWithTaints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] },
    ],
  ])('takes %s', async (_what, extra, expected) => {
    expect(await kubelet(extra)).toMatchObject(expected);
  });
});

describe('the configuration of kubelet, what a version has', () => {
  it.each([
    ['1.30.0', 'failCgroupV1'],
    ['1.22.0', 'registerWithTaints'],
  ])('%s does not get %s', async (kubernetes_version, key) => {
    const extra = {
      kubernetes_version,
      kubelet_fail_cgroup_v1: false,
      kubelet_taints: [{ key: 'a', effect: 'NoExecute' }],
    };
    expect(await kubelet(extra)).not.toHaveProperty(key);
    expect(await kubelet({ ...extra, kubernetes_version: '1.36.3' })).toHaveProperty(key);
  });

  it.each<[found: string, kubernetes_version: string, kubelet_may_change_version: boolean, stays: boolean]>([
    ['Kubernetes v1.35.4\n', '1.36.3', false, true],
    ['Kubernetes v1.36.2\n', '1.36.3', false, true],
    ['Kubernetes v1.35.4\n', '1.36.3', true, false],
    ['Kubernetes v1.36.3\n', '1.36.3', false, false],
    ['', '1.36.3', false, false],
  ])('%j stays with %s wanted, if it may change %s: %s', async (stdout, kubernetes_version, may, stays) => {
    const scope = await roleScope({
      role: 'kubelet',
      host: NODE,
      known: { ...known, kubelet_present: { stdout } },
      extra: { kubernetes_version, kubelet_may_change_version: may },
    });
    expect(scope.lookup('kubelet_stays')).toBe(stays);
    expect(scope.lookup('kubelet_version')).toBe(
      stays ? stdout.slice('Kubernetes v'.length).trim() : kubernetes_version,
    );
    const proxy = await roleScope({
      role: 'kube-proxy',
      host: NODE,
      known: { kube_proxy_present: { stdout } },
      extra: { kubernetes_version, kube_proxy_may_change_version: may },
    });
    expect(proxy.lookup('kube_proxy_stays')).toBe(stays);
  });

  it('has flags that can be added to and overridden', async () => {
    const extra = { kubelet_extra_flags: { v: 5, 'one-more': 'x' } };
    const text = await rendered('kubelet.service.hbs', { role: 'kubelet', host: NODE, known, extra });
    expect(text).toContain(
      '  --hostname-override=k8s-node-2 \\\n  --node-ip=192.168.1.30 \\\n  --v=5 \\\n  --one-more=x\n',
    );
    expect(text).toContain('KillMode=process\n');
  });
});

describe('the token of a join', () => {
  const scopeOf = (host: string, value: string): ReturnType<typeof roleScope> =>
    roleScope({ role: 'kubelet', host, known: { kubelet_token_key: { value } } } satisfies RoleScope);

  it('has the form that Kubernetes wants, an identifier for each node, and a secret for each join', async () => {
    const [one, other, again] = await Promise.all([
      scopeOf('k8s-node-1', 'a'),
      scopeOf('k8s-node-2', 'a'),
      scopeOf('k8s-node-1', 'b'),
    ]);
    for (const scope of [one, other, again]) {
      expect(scope.lookup('kubelet_token_id')).toMatch(/^[a-z0-9]{6}$/);
      expect(scope.lookup('kubelet_token')).toMatch(/^[a-z0-9]{16}$/);
    }
    expect(one.lookup('kubelet_token_id')).not.toBe(other.lookup('kubelet_token_id'));
    expect(one.lookup('kubelet_token_id')).toBe(again.lookup('kubelet_token_id'));
    expect(one.lookup('kubelet_token')).not.toBe(again.lookup('kubelet_token'));
  });
});

describe('the configuration of kube-proxy', () => {
  it.each<[string, ValueMap, object]>([
    ['nftables by default', {}, { mode: 'nftables', conntrack: {}, metricsBindAddress: '127.0.0.1:10249' }],
    [
      'the table of connections of another',
      { kube_proxy_conntrack: 'leave' },
      { conntrack: { maxPerCore: 0, min: 0 } },
    ],
    ['ipvs', { kube_proxy_mode: 'ipvs' }, { mode: 'ipvs', ipvs: { scheduler: 'rr' } }],
    ['more', { kube_proxy_extra_config: { conntrack: { maxPerCore: 1 } } }, { conntrack: { maxPerCore: 1 } }],
  ])('has %s', async (_what, extra, expected) => {
    expect(await kubeProxy(extra)).toMatchObject(expected);
  });
});

describe('the network of pods', () => {
  const text = (template: string, host: string, extra: ValueMap = {}): Promise<string> =>
    rendered(template, { role: 'pod-network', host, known: { ...known, play_hosts: ['k8s-master-1', NODE] }, extra });

  it.each([
    ['k8s-node-2', ['10.244.0.0/24 192.168.1.32', 'own 10.244.1.0/24']],
    ['k8s-master-1', ['10.244.0.0/24 192.168.1.32', '10.244.1.0/24 192.168.1.30']],
  ])('has routes from %s to the other nodes of the inventory', async (host, routes) => {
    expect((await text('routes.hbs', host)).trimEnd().split('\n').slice(1)).toEqual(routes);
  });

  it('gives pods addresses of the network of their own Node', async () => {
    const config: { plugins: { ipam: unknown; mtu?: number }[] } = JSON.parse(
      await text('10-pod-network.conflist.hbs', NODE, { pod_network_mtu: 1400 }),
    );
    expect(config.plugins[0]).toMatchObject({ mtu: 1400, ipam: { ranges: [[{ subnet: '10.244.1.0/24' }]] } });
    expect(JSON.stringify(config)).not.toContain('ipMasq');
  });

  it('takes the later answer where a node of the run has no network yet', async () => {
    const later = [...LINES, 'k8s-node-3 10.244.2.0/24'];
    const scope = await roleScope({
      role: 'pod-network',
      host: NODE,
      known: { ...known, play_hosts: ['k8s-node-3'], pod_network_later: { stdout_lines: later } },
    });
    expect(scope.lookup('pod_network_new')).toEqual(['k8s-node-3']);
    expect(JSON.stringify(scope.lookup('pod_network_nodes'))).toContain('10.244.2.0/24');
  });
});
