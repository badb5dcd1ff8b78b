import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { API, MASTERS, allIsWell, cluster, pkiOf, plays, release } from './cluster.ts';

/**
 * Settings of older clusters, and settings that are off by default. The real components must accept them, and no trace
 * of them may be left when they are off again.
 */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const FILES = ['tokens.csv', 'abac-policy.jsonl', 'bootstrap-tokens.yaml', 'kube-apiserver.env'];
const JANE = 'token-of-jane';
const NODE = 'abcdef.0123456789abcdef';

/** Makes an identity with which the runs of this file decrypt keys. Returns its recipient. */
async function ownIdentity(lab: Lab): Promise<string> {
  const identity = await generateIdentity();
  const file = join(pkiOf(lab), '../identity.txt');
  writeFileSync(file, `${identity}\n`, { mode: 0o600 });
  vi.stubEnv('RUNBOOK_IDENTITY', file);
  return identityToRecipient(identity);
}

let lab: Lab;
let kubeconfig = '';
let options: readonly string[] = [];

beforeAll(async () => {
  lab = await cluster('ops-b');
  kubeconfig = join(pkiOf(lab), '../admin.conf');
  const given = {
    unit_style: 'environment_file',
    apiserver_static_tokens: [{ token: JANE, user: 'jane', uid: '7', groups: ['viewers'] }],
    apiserver_abac_policies: [{ user: 'jane', namespace: '*', resource: 'pods', readonly: true }],
    apiserver_bootstrap_tokens: [{ id: NODE.slice(0, 6), secret: NODE.slice(7), description: 'a node to come' }],
    haproxy_stats_password: 'horse',
    pki_recipients: [await ownIdentity(lab)],
    keepalived_mode: 'multicast',
    pki_controller_kubeconfig: kubeconfig,
  };
  options = ['-e', JSON.stringify(given)];
});
afterAll(() => release(lab));

/** Returns the user of a token, as every apiserver sees it, and whether this user may do something. */
async function asBearer(token: string, ...args: readonly string[]): Promise<string> {
  const kubectl = `kubectl --kubeconfig=/dev/null --server=${API} --certificate-authority=/etc/kubernetes/pki/ca.crt --token=${token}`;
  return (await lab.ssh('k8s-master-1', `sudo ${kubectl} ${args.join(' ')} 2>&1 || true`)).trim();
}
const nameOf = (token: string): Promise<string> =>
  asBearer(token, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');
const may = (token: string, what: string): Promise<string> => asBearer(token, 'auth', 'can-i', what);
const statistics = (login: string): Promise<string> =>
  lab.ssh(
    'k8s-master-2',
    `bash -c 'exec 3<>/dev/tcp/127.0.0.1/10080; printf "GET / HTTP/1.0\\r\\nAuthorization: Basic ${Buffer.from(login).toString('base64')}\\r\\n\\r\\n" >&3; head -n 1 <&3'`,
  );

describe.skipIf(why !== undefined)(`options of the roles${SKIPPED}`, () => {
  test('are taken by the components', async () => {
    await plays(lab, 'site.yml', ...options);
    expect(await nameOf(JANE)).toBe('jane');
    expect(await may(JANE, 'list pods')).toBe('yes');
    expect(await may(JANE, 'create pods')).toMatch(/^no\b/);
    expect(await nameOf(NODE)).toBe('system:bootstrap:abcdef');
    expect(await may(NODE, 'create certificatesigningrequests')).toMatch(/yes$/);
    expect(await statistics('operator:horse')).toContain(' 200 ');
    expect(await statistics('operator:123456')).toContain(' 401 ');
    for (const host of MASTERS) {
      const units = await lab.ssh(
        host,
        'systemctl show kube-apiserver kube-controller-manager kube-scheduler -p EnvironmentFiles --value',
      );
      expect(units.match(/\/etc\/kubernetes\/kube-[a-z-]+\.env/g), host).toHaveLength(3);
    }
    for (const key of ['kubernetes-ca.key', 'encryption/key1', 'hosts/k8s-master-2/etcd-peer.key'])
      expect(readFileSync(join(pkiOf(lab), key), 'utf8'), key).toContain('-----BEGIN AGE ENCRYPTED FILE-----');
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(readFileSync(kubeconfig, 'utf8')).toContain(`server: ${API}`);
    await allIsWell(lab);
    expect(await plays(lab, 'site.yml', ...options)).toEqual([]);
  });

  test('are gone once they are off', async () => {
    await plays(lab, 'site.yml');
    for (const host of MASTERS) {
      const there = await lab.ssh(host, `sudo sh -c 'cd /etc/kubernetes && ls ${FILES.join(' ')} 2>/dev/null || true'`);
      expect(there, host).toBe('');
    }
    for (const token of [JANE, NODE]) expect(await nameOf(token)).toMatch(/logged in|Unauthorized/);
    await allIsWell(lab);
    expect(await plays(lab, 'site.yml')).toEqual([]);
  });
});
