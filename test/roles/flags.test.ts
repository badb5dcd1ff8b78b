import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, roleScope } from './role-scope.ts';

const COMPONENTS = [
  { role: 'apiserver', variable: 'apiserver' },
  { role: 'controller-manager', variable: 'controller_manager' },
  { role: 'scheduler', variable: 'scheduler' },
];

async function argumentsOf(role: string, variable: string, version: string, extra = {}): Promise<readonly string[]> {
  const scope = await roleScope({ role, extra: { kubernetes_version: version, ...extra } });
  const value = scope.lookup(`${variable}_arguments`);
  if (!Array.isArray(value)) throw new Error('no list of arguments');
  return value.map(String);
}

describe.each(COMPONENTS)('flags of $role', ({ role, variable }) => {
  it('name each flag and the versions that it is for', () => {
    const table: unknown = parse(readFileSync(join(ROOT, 'roles', role, 'vars', 'main.yml'), 'utf8'));
    const rows =
      (table as Record<string, { flag: string; since: unknown; until: unknown }[]>)[`${variable}_flags`] ?? [];
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(Object.keys(row), row.flag).toEqual(['flag', 'since', 'until', 'value']);
      expect(row.since, row.flag).toMatch(/^\d+\.\d+$/);
      expect(row.until, row.flag).toMatch(/^(\d+\.\d+)?$/);
    }
  });

  it.each(['1.20.2', '1.34.0', '1.35.4', '1.36.3'])(
    'have no flag twice and none without a value in %s',
    async (version) => {
      const given = await argumentsOf(role, variable, version);
      const names = given.map((argument) => argument.split('=')[0]);
      expect(new Set(names).size).toBe(names.length);
      for (const argument of given) expect(argument).toMatch(/^--[a-z0-9-]+=\S+$/);
    },
  );

  it('can be added to and overridden', async () => {
    const given = await argumentsOf(role, variable, '1.36.3', {
      [`${variable}_extra_flags`]: { v: 5, 'one-more': 'x' },
    });
    expect(given.filter((argument) => argument.startsWith('--v='))).toEqual(['--v=5']);
    expect(given).toContain('--one-more=x');
  });
});

describe('what a version asks for', () => {
  it.each([
    ['apiserver', '1.33.9', '--anonymous-auth=true', '--authentication-config='],
    ['apiserver', '1.34.0', '--authentication-config=/etc/kubernetes/authentication-config.yaml', '--anonymous-auth='],
    ['apiserver', '1.20.2', '--insecure-port=0', '--shutdown-send-retry-after'],
    ['apiserver', '1.36.3', '--shutdown-send-retry-after=true', '--insecure-port'],
    [
      'controller-manager',
      '1.20.2',
      '--controllers=*,bootstrapsigner,tokencleaner',
      '--controllers=*,bootstrap-signer',
    ],
    ['controller-manager', '1.36.3', '--cluster-signing-duration=8760h', '--experimental-cluster-signing-duration'],
    ['scheduler', '1.20.2', '--kubeconfig=/run/credentials/kube-scheduler.service/scheduler.conf', '--config='],
    ['scheduler', '1.36.3', '--config=/etc/kubernetes/scheduler-config.yaml', '--kubeconfig='],
  ])('%s %s has %s and not %s', async (role, version, there, missing) => {
    const given = await argumentsOf(role, role.replaceAll('-', '_'), version);
    expect(given).toContain(there);
    expect(given.filter((argument) => argument.startsWith(missing))).toEqual([]);
  });

  it('names no configuration file for etcd, which would make it ignore the flags, and takes further ones', async () => {
    const known = { etcd_initial_cluster_state: 'new', etcd_initial_cluster: 'k8s-master-1=https://192.168.1.26:2380' };
    const extra = { etcd_extra_config: { 'max-request-bytes': 2_000_000, 'log-level': 'warn' } };
    const given = (await roleScope({ role: 'etcd', known, extra })).lookup('etcd_arguments');
    expect(given).toContain('--client-cert-auth=true');
    expect(given).toContain('--max-request-bytes=2000000');
    expect(given).toContain('--log-level=warn');
    expect(given).not.toContain('--log-level=info');
    expect(JSON.stringify(given)).not.toMatch(/--config-file|--wal-dir/);
  });

  it('leaves the audit log out where it is off, and takes the old ways in where they are asked for', async () => {
    const plain = await argumentsOf('apiserver', 'apiserver', '1.36.3', { apiserver_audit: false });
    expect(plain.filter((argument) => argument.includes('audit') || argument.includes('token-auth-file'))).toEqual([]);
    const old = await argumentsOf('apiserver', 'apiserver', '1.36.3', {
      apiserver_static_tokens: [{ token: 't', user: 'u', uid: '1', groups: ['g'] }],
      apiserver_abac_policies: [{ user: 'u', readonly: true }],
    });
    expect(old).toContain('--token-auth-file=/etc/kubernetes/tokens.csv');
    expect(old).toContain('--authorization-mode=Node,RBAC,ABAC');
  });
});
