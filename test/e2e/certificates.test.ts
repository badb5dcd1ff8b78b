import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { MASTERS, VIP, cluster, pkiOf, release } from './cluster.ts';

/**
 * Compares every certificate on the hosts, as openssl reads it, with "PKI certificates and requirements" of the
 * Kubernetes documentation, and with the certificate that cfssl issues for the same request.
 */
const why = unfitness();
const cfssl = ((): string | undefined => {
  try {
    execFileSync('cfssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'cfssl is not installed: Debian has it in golang-cfssl';
  }
})();

interface Wanted {
  /** A certificate, or a kubeconfig that contains one. */
  readonly file: string;
  readonly authority: 'kubernetes-ca' | 'etcd-ca' | 'front-proxy-ca';
  readonly name: string;
  readonly organization?: string;
  readonly usages: readonly ('server auth' | 'client auth')[];
  readonly hosts?: readonly string[];
}

const ADDRESSES = new Map(
  MASTERS.map((host, index) => [host, ['192.168.1.26', '192.168.1.28', '192.168.1.29'][index] ?? '']),
);

function wantedOn(host: string): readonly Wanted[] {
  const own = [host, 'localhost', ADDRESSES.get(host) ?? '', '127.0.0.1'];
  const api = [
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'k8s-master-lb',
    ...MASTERS,
    '127.0.0.1',
    VIP,
    '10.96.0.1',
    ...ADDRESSES.values(),
  ];
  const etcd = { authority: 'etcd-ca', name: host, usages: ['server auth', 'client auth'], hosts: own } as const;
  const client = { authority: 'kubernetes-ca', usages: ['client auth'] } as const;
  const server = { authority: 'kubernetes-ca', usages: ['server auth'], hosts: own } as const;
  return [
    { ...etcd, file: '/etc/etcd/pki/server.crt' },
    { ...etcd, file: '/etc/etcd/pki/peer.crt' },
    {
      file: '/etc/etcd/pki/healthcheck-client.crt',
      authority: 'etcd-ca',
      name: 'kube-etcd-healthcheck-client',
      usages: ['client auth'],
    },
    {
      file: '/etc/kubernetes/pki/apiserver-etcd-client.crt',
      authority: 'etcd-ca',
      name: 'kube-apiserver-etcd-client',
      usages: ['client auth'],
    },
    { ...server, file: '/etc/kubernetes/pki/apiserver.crt', name: 'kube-apiserver', hosts: api },
    // kubeadm puts this name into system:masters; here it is bound to a ClusterRole.
    { ...client, file: '/etc/kubernetes/pki/apiserver-kubelet-client.crt', name: 'kube-apiserver-kubelet-client' },
    {
      file: '/etc/kubernetes/pki/front-proxy-client.crt',
      authority: 'front-proxy-ca',
      name: 'front-proxy-client',
      usages: ['client auth'],
    },
    { ...server, file: '/etc/kubernetes/pki/controller-manager/server.crt', name: 'kube-controller-manager' },
    { ...server, file: '/etc/kubernetes/pki/scheduler/server.crt', name: 'kube-scheduler' },
    { ...client, file: '/etc/kubernetes/admin.conf', name: 'kubernetes-admin', organization: 'system:masters' },
    {
      ...client,
      file: '/etc/kubernetes/controller-manager.conf',
      name: 'system:kube-controller-manager',
      organization: 'system:kube-controller-manager',
    },
    {
      ...client,
      file: '/etc/kubernetes/scheduler.conf',
      name: 'system:kube-scheduler',
      organization: 'system:kube-scheduler',
    },
  ];
}

interface Described {
  readonly subject: readonly string[];
  readonly names: readonly string[];
  readonly usages: readonly string[];
  readonly extendedUsages: readonly string[];
  readonly isAuthority: boolean;
}

/** Returns the fields that openssl reads in a certificate. */
function described(pem: string): Described {
  const text = execFileSync('openssl', ['x509', '-noout', '-text', '-nameopt', 'sep_multiline'], {
    input: pem,
  }).toString();
  const list = (title: string): readonly string[] =>
    (new RegExp(`${title}:(?: critical)? *\\n(.*)\\n`).exec(text)?.[1] ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .toSorted();
  const subject = (/Subject:\n((?: {12}.*\n)+)/.exec(text)?.[1] ?? '').trim().split('\n');
  return {
    subject: subject.map((part) => part.trim()).toSorted(),
    names: list('X509v3 Subject Alternative Name'),
    usages: list('X509v3 Key Usage'),
    extendedUsages: list('X509v3 Extended Key Usage'),
    isAuthority: text.includes('CA:TRUE'),
  };
}

/** Lists all files on a host that contain a certificate. */
const CERTIFICATES = "sudo grep -rlE 'BEGIN CERTIFICATE|client-certificate-data' /etc/etcd /etc/kubernetes";

const reason = why ?? cfssl;
const SKIPPED = reason === undefined ? '' : ` (skipped: ${reason})`;
let lab: Lab;
const folder = mkdtempSync(join(tmpdir(), 'certificates-'));

beforeAll(async () => {
  lab = await cluster('ops-b');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await release(lab);
});

async function pemOf(host: string, file: string): Promise<string> {
  const command = file.endsWith('.conf')
    ? `sudo sed -n 's/^ *client-certificate-data: *//p' ${file} | tr -d '"' | base64 -d`
    : `sudo cat ${file}`;
  return await lab.ssh(host, command);
}

function issuedByCfssl(wanted: Wanted): string {
  const request = {
    CN: wanted.name,
    key: { algo: 'rsa', size: 2048 },
    ...(wanted.organization === undefined ? {} : { names: [{ O: wanted.organization }] }),
    ...(wanted.hosts === undefined ? {} : { hosts: wanted.hosts }),
  };
  const usages = ['signing', 'key encipherment', ...wanted.usages];
  writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ signing: { profiles: { leaf: { usages, expiry: '8760h' } } } }),
  );
  const authority = join(pkiOf(lab), wanted.authority);
  const argv = [
    'gencert',
    '-loglevel=5',
    `-ca=${authority}.crt`,
    `-ca-key=${authority}.key`,
    '-config=config.json',
    '-profile=leaf',
    'request.json',
  ];
  const answer: { readonly cert: string } = JSON.parse(
    execFileSync('cfssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
  return answer.cert;
}

function authorityByCfssl(name: string): string {
  writeFileSync(join(folder, 'authority.json'), JSON.stringify({ CN: name, key: { algo: 'rsa', size: 2048 } }));
  const argv = ['gencert', '-loglevel=5', '-initca', 'authority.json'];
  const answer: { readonly cert: string } = JSON.parse(
    execFileSync('cfssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
  return answer.cert;
}

describe.skipIf(reason !== undefined)(`certificates${SKIPPED}`, () => {
  test.each(MASTERS)('%s has each one as it is asked for, valid, and as cfssl makes it', async (host) => {
    for (const wanted of wantedOn(host)) {
      const pem = await pemOf(host, wanted.file);
      const verified = execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-CAfile', `${join(pkiOf(lab), wanted.authority)}.crt`],
        {
          input: pem,
        },
      );
      expect(verified.toString(), wanted.file).toContain('stdin: OK');
      const seen = described(pem);
      const hosts = (wanted.hosts ?? []).map((name) => (/^[\d.]+$/.test(name) ? `IP Address:${name}` : `DNS:${name}`));
      expect(seen, wanted.file).toEqual({
        subject: [`CN=${wanted.name}`, ...(wanted.organization === undefined ? [] : [`O=${wanted.organization}`])],
        names: hosts.toSorted(),
        usages: ['Digital Signature', 'Key Encipherment'],
        extendedUsages: wanted.usages
          .map((usage) => (usage === 'server auth' ? 'TLS Web Server Authentication' : 'TLS Web Client Authentication'))
          .toSorted(),
        isAuthority: false,
      });
      expect(seen, `${wanted.file} and cfssl`).toEqual(described(issuedByCfssl(wanted)));
    }
  });

  test.each(MASTERS)('%s has no certificate that is not in the list', async (host) => {
    const listed = wantedOn(host).map(({ file }) => file);
    const found = (await lab.ssh(host, CERTIFICATES)).trim().split('\n');
    const authorities = found.filter((file) => /\/([a-z-]*-)?ca\.crt$/.test(file));
    expect(found.filter((file) => !listed.includes(file) && !authorities.includes(file))).toEqual([]);
    expect(listed.filter((file) => !found.includes(file))).toEqual([]);
    for (const file of authorities) {
      const pem = await pemOf(host, file);
      const seen = described(pem);
      expect(seen.usages, file).toEqual(['CRL Sign', 'Certificate Sign', 'Digital Signature']);
      const { usages, ...others } = described(authorityByCfssl(seen.subject[0]?.replace('CN=', '') ?? ''));
      expect(usages).toEqual(['CRL Sign', 'Certificate Sign']);
      expect(seen, `${file} and cfssl`).toMatchObject(others);
      const own = join(folder, 'own.crt');
      writeFileSync(own, pem);
      expect(execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', own, own]).toString(), file).toContain(
        'own.crt: OK',
      );
    }
  });

  test('no certificate is there twice, on one host or on two', async () => {
    const fingerprints = await Promise.all(
      MASTERS.map(async (host) => {
        const files = wantedOn(host).map(({ file }) => file);
        return await Promise.all(
          files.map(async (file) => new X509Certificate(await pemOf(host, file)).fingerprint256),
        );
      }),
    );
    expect(new Set(fingerprints.flat()).size).toBe(fingerprints.flat().length);
  });
});
