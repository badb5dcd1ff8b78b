import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { MASTERS, RHEL, ROOT, rendered, roleScope } from './role-scope.ts';

const known = {
  item: { registry: '_default', endpoints: [{ url: 'https://mirror.example', file: '' }] },
  etcd_initial_cluster_state: 'new',
  etcd_initial_cluster:
    'k8s-master-1=https://192.168.1.26:2380,k8s-master-2=https://192.168.1.28:2380,k8s-master-3=https://192.168.1.29:2380',
  pki_encryption_keys: {
    results: [
      { item: 'key2', value: 'Mg==' },
      { item: 'key1', value: 'MQ==' },
    ],
  },
  kubelet_token_key: { value: 'MTIz' },
  kubelet_resolv_found: { stdout: '/etc/resolv.conf\n' },
  pod_network_known: {
    stdout_lines: ['k8s-node-1 10.244.0.0/24', 'k8s-node-2 10.244.1.0/24', 'k8s-node-3 10.244.2.0/24'],
  },
};
const NODES = ['k8s-node-1', 'k8s-node-2', 'k8s-node-3'];
/** Templates of nodes, by the name of their role or by their own. The lab's inventory has no nodes. */
const OF_NODES = ['containerd', 'kubelet', 'kube-proxy', '10-pod-network.conflist.hbs'];
/** Returns the registered result of certificate_info: each certificate of the index. */
async function certificatesOf(inventory: 'lab' | 'prod'): Promise<ValueMap> {
  const files = (await roleScope({ role: 'pki', inventory })).lookup('pki_index_files');
  if (typeof files !== 'string') throw new Error('the files of the index are no text');
  const facts = { exists: true, subject: 'CN=a', issuer: 'CN=b', names: ['a'], not_after: 'then', fingerprint: 'AB' };
  return { certificates: Object.fromEntries(files.split('\n').map((file) => [file, facts])) };
}

const templates = readdirSync(join(ROOT, 'roles')).flatMap((role) => {
  try {
    return readdirSync(join(ROOT, 'roles', role, 'templates')).map((template) => ({ role, template }));
  } catch {
    return [];
  }
});

describe.each(templates)('$role/$template', ({ role, template }) => {
  const ofNodes = [role, template].some((name) => OF_NODES.includes(name));
  it.each(ofNodes ? (['prod'] as const) : (['lab', 'prod'] as const))(
    'renders for each host of %s',
    async (inventory) => {
      const index = { pki_index: await certificatesOf(inventory), pki_index_hosts: MASTERS };
      for (const host of ofNodes ? NODES : MASTERS) {
        const text = await rendered(template, { role, host, inventory, known: { ...known, ...index } });
        expect(text).not.toMatch(/\{\{|undefined|\[object/);
        if (/\.ya?ml\.hbs$/.test(template))
          expect(parseAllDocuments(text).flatMap((document) => ('errors' in document ? document.errors : []))).toEqual(
            [],
          );
      }
    },
  );
});

describe('etcd', () => {
  it('names itself, all members and no plaintext address', async () => {
    const text = await rendered('etcd.service.hbs', { role: 'etcd', host: 'k8s-master-2', known });
    expect(text).toContain('  --name=k8s-master-2 \\\n');
    expect(text).toContain('  --listen-client-urls=https://192.168.1.28:2379,https://127.0.0.1:2379 \\\n');
    expect(text).toContain(
      '  --initial-cluster=k8s-master-1=https://192.168.1.26:2380,k8s-master-2=https://192.168.1.28:2380,k8s-master-3=https://192.168.1.29:2380 ',
    );
    expect(text).not.toContain('http://');
  });

  it('takes a WAL folder and further flags', async () => {
    const extra = { etcd_wal_dir: '/srv/wal', etcd_extra_config: { 'max-request-bytes': 2_000_000 } };
    const text = await rendered('etcd.service.hbs', { role: 'etcd', known, extra });
    expect(text).toContain('  --wal-dir=/srv/wal \\\n');
    expect(text).toContain('  --max-request-bytes=2000000\n');
    expect(text).toContain('ReadWritePaths=/var/lib/etcd /srv/wal\n');
  });
});

describe('the virtual address', () => {
  it('has one priority a host, falling, and the other hosts as peers', async () => {
    const texts = await Promise.all(
      MASTERS.map((host) => rendered('keepalived.conf.hbs', { role: 'haproxy-keepalived', host, known })),
    );
    expect(texts.map((text) => /^ {2}priority (\d+)$/m.exec(text)?.[1])).toEqual(['150', '140', '130']);
    for (const text of texts) {
      expect(text).toContain('state BACKUP\n  nopreempt\n  interface eth0\n');
      expect(text).toContain('192.168.1.34/24');
    }
    expect(/unicast_peer \{\n([^}]*)\n {2}\}/.exec(texts[1] ?? '')?.[1]).toBe('    192.168.1.26\n    192.168.1.29');
  });

  // keepalived refuses unicast without peers.
  it.each<[string, ValueMap]>([
    ['multicast is wanted', { keepalived_mode: 'multicast' }],
    ['the host is alone', { lb_hosts: ['k8s-master-1'] }],
  ])('goes without peers where %s', async (_, extra) => {
    expect(await rendered('keepalived.conf.hbs', { role: 'haproxy-keepalived', extra })).not.toContain('unicast');
  });

  it.each([
    ['192.168.1.34', '192.168.1.34', undefined],
    ['api.example.com', undefined, 'api.example.com'],
  ])('is in the certificates of apiservers: %s', async (api_vip, address, name) => {
    const scope = await roleScope({ role: 'pki', extra: { api_vip } });
    const own = ['127.0.0.1', ...(address === undefined ? [] : [address]), '10.96.0.1'];
    expect(scope.lookup('pki_apiserver_addresses')).toEqual([...own, '192.168.1.26', '192.168.1.28', '192.168.1.29']);
    const names = scope.lookup('pki_apiserver_names');
    expect(Array.isArray(names) && names.includes('api.example.com')).toBe(name !== undefined);
  });

  it('has every apiserver behind it, asked over HTTPS', async () => {
    const text = await rendered('haproxy.cfg.hbs', { role: 'haproxy-keepalived' });
    expect(text.match(/^ {2}server .*$/gm)).toEqual([
      '  server k8s-master-1 192.168.1.26:6443',
      '  server k8s-master-2 192.168.1.28:6443',
      '  server k8s-master-3 192.168.1.29:6443',
    ]);
    expect(text).toMatch(/check-ssl verify required ca-file/);
  });

  it('shows statistics only with a password', async () => {
    expect(await rendered('haproxy.cfg.hbs', { role: 'haproxy-keepalived' })).not.toContain('stats enable');
    const text = await rendered('haproxy.cfg.hbs', {
      role: 'haproxy-keepalived',
      extra: { haproxy_stats_password: 'correct horse' },
    });
    expect(text).toContain('bind 127.0.0.1:10080');
  });

  it('puts the socket where the family has it', async () => {
    const facts = { ...RHEL, interfaces: {} };
    expect(await rendered('haproxy.cfg.hbs', { role: 'haproxy-keepalived', known: { facts } })).toContain(
      'stats socket /var/lib/haproxy/stats ',
    );
  });
});

describe('the apiserver', () => {
  it.each(['apiserver', 'controller-manager', 'scheduler'])('%s keeps flags in the unit or in a file', async (role) => {
    const unit = role === 'apiserver' ? 'kube-apiserver' : `kube-${role}`;
    expect(await rendered(`${unit}.service.hbs`, { role, known })).toMatch(/^ExecStart=\S+ \\\n {2}--/m);
    const extra = { unit_style: 'environment_file' };
    const text = await rendered(`${unit}.service.hbs`, { role, known, extra });
    expect(text).toContain(`EnvironmentFile=/etc/kubernetes/${unit}.env\n`);
    expect(text).not.toContain('--');
    expect(await rendered(`${unit}.env.hbs`, { role, known, extra })).toMatch(/^KUBE_[A-Z_]+_ARGUMENTS="--.* --.*"$/m);
  });

  it.each(['apiserver', 'controller-manager', 'scheduler'])(
    '%s is handed the keys that its flags name',
    async (role) => {
      const unit = role === 'apiserver' ? 'kube-apiserver' : `kube-${role}`;
      const text = await rendered(`${unit}.service.hbs`, { role, known });
      const named = [...text.matchAll(new RegExp(`=/run/credentials/${unit}\\.service/(\\S+)`, 'g'))].map(
        ([, name]) => name,
      );
      const handed = [...text.matchAll(/^LoadCredential=(\S+?):/gm)].map(([, name]) => name);
      expect(new Set(named)).toEqual(new Set(handed));
      expect(text).not.toMatch(/--\S+=\/etc\/\S+\.(key|conf)\b/);
    },
  );

  it('doubles per cent signs, which systemd would expand', async () => {
    const text = await rendered('kube-apiserver.service.hbs', {
      role: 'apiserver',
      known,
      extra: { apiserver_extra_flags: { 'audit-log-format': '100%' } },
    });
    expect(text).toContain('--audit-log-format=100%%\n');
  });

  it('encrypts with the first key and still reads with the others', async () => {
    const config: { resources: { resources: string[]; providers: object[] }[] } = parse(
      await rendered('encryption-config.yaml.hbs', { role: 'apiserver', known }),
    );
    expect(config.resources).toEqual([
      {
        resources: ['secrets'],
        providers: [
          {
            secretbox: {
              keys: [
                { name: 'key2', secret: 'Mg==' },
                { name: 'key1', secret: 'MQ==' },
              ],
            },
          },
          { identity: {} },
        ],
      },
    ]);
  });
});

describe('the apiserver, what it is given', () => {
  it('writes static tokens and ABAC policies as its files want them', async () => {
    const extra = {
      apiserver_static_tokens: [{ token: 'abc', user: 'jane', uid: '7', groups: ['ops', 'dev'] }],
      apiserver_abac_policies: [{ user: 'jane', namespace: '*', resource: 'pods', readonly: true }],
    };
    expect(await rendered('tokens.csv.hbs', { role: 'apiserver', extra })).toBe('abc,jane,7,"ops,dev"\n');
    const [line = ''] = (await rendered('abac-policy.jsonl.hbs', { role: 'apiserver', extra })).split('\n');
    expect(JSON.parse(line)).toEqual({
      apiVersion: 'abac.authorization.kubernetes.io/v1beta1',
      kind: 'Policy',
      spec: extra.apiserver_abac_policies[0],
    });
  });

  it('is known by every name and address that a client may use', async () => {
    const scope = await roleScope({
      role: 'pki',
      extra: { api_extra_names: ['api.example.org'], api_extra_addresses: ['203.0.113.7'] },
    });
    expect(scope.lookup('pki_apiserver_names')).toEqual([
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      'k8s-master-lb',
      ...MASTERS,
      'api.example.org',
    ]);
    expect(scope.lookup('pki_apiserver_addresses')).toEqual([
      '127.0.0.1',
      '192.168.1.34',
      '10.96.0.1',
      '192.168.1.26',
      '192.168.1.28',
      '192.168.1.29',
      '203.0.113.7',
    ]);
  });
});
