import { createPrivateKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAlternativeNames } from '../../engine/pki/alternative-name.ts';
import { createAuthority } from '../../engine/pki/authority.ts';
import { type CertificateRequest, issueCertificate } from '../../engine/pki/certificate.ts';
import { inspectCertificate } from '../../engine/pki/inspect.ts';
import type { KeyWish } from '../../engine/pki/key-pair.ts';
import { needsIssuing } from '../../engine/pki/needs-issuing.ts';
import type { IssuedCertificate } from '../../engine/pki/signing.ts';
import { foreignCertificate, openssl } from './openssl.ts';

const member = ['k8s-master-1', 'localhost', '192.168.1.26', '127.0.0.1', '::1'];
const apiserver =
  '127.0.0.1 localhost k8s-master-1 192.168.1.26 192.168.1.28 192.168.1.29 192.168.1.34 k8s-api 10.96.0.1 kubernetes kubernetes.default ' +
  'kubernetes.default.svc kubernetes.default.svc.cluster.local';

// Every certificate of the control plane: the request, and the output of openssl.
const leaves: readonly {
  readonly name: string;
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly names?: readonly string[];
  readonly usage: CertificateRequest['usage'];
  readonly subject: string;
  readonly purposes: string;
}[] = [
  {
    name: 'etcd server',
    commonName: 'k8s-master-1',
    names: member,
    usage: 'peer',
    subject: 'CN = k8s-master-1',
    purposes: 'server, client',
  },
  {
    name: 'etcd peer',
    commonName: 'k8s-master-1',
    names: member,
    usage: 'peer',
    subject: 'CN = k8s-master-1',
    purposes: 'server, client',
  },
  {
    name: 'etcd healthcheck-client',
    commonName: 'kube-etcd-healthcheck-client',
    usage: 'client',
    subject: 'CN = kube-etcd-healthcheck-client',
    purposes: 'client',
  },
  {
    name: 'apiserver-etcd-client',
    commonName: 'kube-apiserver-etcd-client',
    usage: 'client',
    subject: 'CN = kube-apiserver-etcd-client',
    purposes: 'client',
  },
  {
    name: 'apiserver',
    commonName: 'kube-apiserver',
    names: apiserver.split(' '),
    usage: 'server',
    subject: 'CN = kube-apiserver',
    purposes: 'server',
  },
  {
    name: 'apiserver-kubelet-client',
    commonName: 'kube-apiserver-kubelet-client',
    organizations: ['kubeadm:cluster-admins', 'kubelet-api'],
    usage: 'client',
    subject: 'O = kubeadm:cluster-admins, O = kubelet-api, CN = kube-apiserver-kubelet-client',
    purposes: 'client',
  },
  {
    name: 'front-proxy-client',
    commonName: 'front-proxy-client',
    usage: 'client',
    subject: 'CN = front-proxy-client',
    purposes: 'client',
  },
  {
    name: 'controller-manager',
    commonName: 'system:kube-controller-manager',
    names: ['127.0.0.1', 'localhost', '192.168.1.26'],
    organizations: ['system:kube-controller-manager'],
    usage: 'peer',
    subject: 'O = system:kube-controller-manager, CN = system:kube-controller-manager',
    purposes: 'server, client',
  },
  {
    name: 'scheduler',
    commonName: 'system:kube-scheduler',
    organizations: ['system:kube-scheduler'],
    usage: 'client',
    subject: 'O = system:kube-scheduler, CN = system:kube-scheduler',
    purposes: 'client',
  },
  {
    name: 'admin',
    commonName: 'admin',
    organizations: ['system:masters'],
    usage: 'client',
    subject: 'O = system:masters, CN = admin',
    purposes: 'client',
  },
];

const purposeTexts: Readonly<Record<string, string>> = {
  server: 'TLS Web Server Authentication',
  client: 'TLS Web Client Authentication',
  'server, client': 'TLS Web Server Authentication, TLS Web Client Authentication',
};

let authority: IssuedCertificate;
beforeAll(async () => {
  authority = await createAuthority({
    subject: { commonName: 'kubernetes', organizations: ['Zürich, 北京'], country: 'CH' },
  });
});

const RSA_2048 = { type: 'rsa', size: 2048 } as const;
const RSA_3072 = { type: 'rsa', size: 3072 } as const;
const P_256 = { type: 'ecdsa', size: 256 } as const;
const P_384 = { type: 'ecdsa', size: 384 } as const;
/**
 * The keys of an authority and of a certificate that it issues, and what openssl prints about the certificate: usages,
 * key, signature.
 */
const KEYS: readonly (readonly [
  KeyWish,
  KeyWish,
  { readonly keyUsage: string; readonly keyText: string; readonly signature: string },
])[] = [
  ['any', 'any', { keyUsage: 'Digital Signature', keyText: 'NIST CURVE: P-256', signature: 'ecdsa-with-SHA256' }],
  [
    RSA_2048,
    'any',
    { keyUsage: 'Digital Signature', keyText: 'NIST CURVE: P-256', signature: 'sha256WithRSAEncryption' },
  ],
  [
    RSA_2048,
    RSA_2048,
    {
      keyUsage: 'Digital Signature, Key Encipherment',
      keyText: 'Public-Key: (2048 bit)',
      signature: 'sha256WithRSAEncryption',
    },
  ],
  [
    'rsa',
    RSA_3072,
    {
      keyUsage: 'Digital Signature, Key Encipherment',
      keyText: 'Public-Key: (3072 bit)',
      signature: 'sha256WithRSAEncryption',
    },
  ],
  [
    P_256,
    RSA_2048,
    {
      keyUsage: 'Digital Signature, Key Encipherment',
      keyText: 'Public-Key: (2048 bit)',
      signature: 'ecdsa-with-SHA256',
    },
  ],
  [P_384, P_384, { keyUsage: 'Digital Signature', keyText: 'NIST CURVE: P-384', signature: 'ecdsa-with-SHA384' }],
];

describe.each(KEYS)(
  'a leaf of the control plane, %j over %j',
  (ofAuthority, algorithm, { keyUsage, keyText, signature }) => {
    let authority: IssuedCertificate;
    beforeAll(async () => {
      const subject = { commonName: 'kubernetes', organizations: ['Zürich, 北京'], country: 'CH' };
      authority = await createAuthority({ subject, algorithm: ofAuthority });
    });

    it.each(leaves)('$name', async ({ commonName, organizations, names = [], usage, subject, purposes }) => {
      const alternativeNames = parseAlternativeNames(names);
      const wanted: CertificateRequest = { subject: { commonName, organizations }, alternativeNames, usage, algorithm };
      const issued = await issueCertificate(wanted, authority);
      const files = { ca: authority.certificatePem, leaf: issued.certificatePem };

      for (const purpose of purposes.split(', ')) {
        expect(
          openssl(['verify', '-x509_strict', '-purpose', `ssl${purpose}`, '-CAfile', '{ca}', '{leaf}'], files),
        ).toMatch(/: OK$/m);
      }
      const text = openssl(['x509', '-in', '{leaf}', '-noout', '-text'], files);
      expect(text).toContain(`Subject: ${subject}\n`);
      expect(text).toMatch(/Basic Constraints: critical\n\s+CA:FALSE\n/);
      expect(text).toMatch(new RegExp(`X509v3 Key Usage: critical\\n\\s+${keyUsage}\\n`));
      expect(text.match(/Signature Algorithm: .+/g)).toEqual([
        `Signature Algorithm: ${signature}`,
        `Signature Algorithm: ${signature}`,
      ]);
      expect(text).toMatch(new RegExp(`Extended Key Usage: *\\n\\s+${purposeTexts[purposes]}\\n`));
      expect(text).toContain(keyText);
      expect(text.includes('Subject Alternative Name')).toBe(names.length > 0);

      const x509 = new X509Certificate(issued.certificatePem);
      expect(x509.checkPrivateKey(createPrivateKey(issued.privateKeyPem))).toBe(true);
      for (const name of names) expect(/^[\d.]+$|:/.test(name) ? x509.checkIP(name) : x509.checkHost(name)).toBe(name);
      expect(inspectCertificate(issued.certificatePem).alternativeNames.map(({ value }) => value)).toEqual(names);
      expect(
        needsIssuing({
          wanted,
          ...issued,
          authorityPem: authority.certificatePem,
          now: new Date(),
          renewBeforeDays: 30,
        }),
      ).toEqual([]);
    });
  },
);

const CLIENT: CertificateRequest = { subject: { commonName: 'admin' }, alternativeNames: [], usage: 'client' };

const UNFIT: readonly (readonly [string, () => IssuedCertificate | Promise<IssuedCertificate>, string, RegExp])[] = [
  ['a leaf', () => issueCertificate(CLIENT, authority), 'authority-unfit', /CA:TRUE/],
  [
    'the key of another one',
    async () => ({
      ...authority,
      privateKeyPem: (await createAuthority({ subject: { commonName: 'b' } })).privateKeyPem,
    }),
    'authority-unfit',
    /private key/,
  ],
  [
    'one that may not sign',
    () =>
      foreignCertificate({
        key: ['-newkey', 'rsa:2048'],
        subject: '/CN=a',
        more: ['-addext', 'keyUsage=digitalSignature'],
      }),
    'authority-unfit',
    /keyCertSign/,
  ],
  [
    'an expired one',
    () => createAuthority({ subject: { commonName: 'old' } }, { now: new Date('2001-01-01') }),
    'authority-unfit',
    /expired on 2010-/,
  ],
  [
    'one of the future',
    () => createAuthority({ subject: { commonName: 'new' } }, { now: new Date('2901-01-01') }),
    'authority-unfit',
    /clock|not valid before 2900-/,
  ],
  [
    'one with an Ed25519 key',
    () => foreignCertificate({ key: ['-newkey', 'ed25519'], subject: '/CN=ed' }),
    'unsupported-key',
    /RSA|ECDSA/,
  ],
  [
    'one with a key on another curve',
    () => foreignCertificate({ key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1'], subject: '/CN=ec' }),
    'unsupported-key',
    /RSA/,
  ],
  [
    'one whose name has attributes side by side',
    () => foreignCertificate({ key: ['-newkey', 'rsa:2048'], subject: '/O=a+CN=b', more: ['-multivalue-rdn'] }),
    'authority-unfit',
    /unusual/,
  ],
];

describe('issueCertificate', () => {
  it('never lets a certificate outlive its authority, nor begin before it', async () => {
    const now = new Date('2030-06-01T12:00:00.700Z');
    const short = await createAuthority({ subject: { commonName: 'short' }, days: 10 }, { now });
    const facts = inspectCertificate((await issueCertificate(CLIENT, short, { now })).certificatePem);
    expect(facts.notBefore).toEqual(new Date('2030-06-01T11:55:00Z'));
    expect(facts.notAfter).toEqual(new Date('2030-06-11T12:00:00Z'));
    const later = inspectCertificate(
      (await issueCertificate({ ...CLIENT, days: 5 }, short, { now: new Date('2030-06-02T00:00:00Z') })).certificatePem,
    );
    expect(later.notAfter).toEqual(new Date('2030-06-07T00:00:00Z'));
  });

  it('writes times beyond 2049 so that they are read back', async () => {
    const now = new Date('2049-12-31T00:00:00Z');
    const late = await createAuthority({ subject: { commonName: 'late' } }, { now });
    expect(inspectCertificate(late.certificatePem).notAfter).toEqual(new Date('2059-12-29T00:00:00Z'));
  });

  it.each([
    ['starts with a one bit', 'ff'.repeat(16), 'FF'.repeat(16)],
    ['starts with a zero byte', `00${'7f'.repeat(15)}`, '7F'.repeat(15)],
    ['is all zero', '00'.repeat(16), '01'],
  ])('keeps the serial positive and minimal when the random number %s', async (_, random, serial) => {
    const issued = await issueCertificate(CLIENT, authority, {
      random: () => Buffer.from(random, 'hex'),
      privateKeyPem: authority.privateKeyPem,
    });
    expect(new X509Certificate(issued.certificatePem).serialNumber).toBe(serial);
    expect(
      openssl(['verify', '-x509_strict', '-CAfile', '{ca}', '{leaf}'], {
        ca: authority.certificatePem,
        leaf: issued.certificatePem,
      }),
    ).toMatch(/OK/);
  });

  it('keeps a key that it is given, and refuses one of another size', async () => {
    const first = await issueCertificate(CLIENT, authority);
    const renewed = await issueCertificate(CLIENT, authority, { privateKeyPem: first.privateKeyPem });
    expect(renewed.privateKeyPem).toBe(first.privateKeyPem);
    expect(renewed.certificatePem).not.toBe(first.certificatePem);
    await expect(
      issueCertificate({ ...CLIENT, algorithm: { type: 'rsa', size: 3072 } }, authority, {
        privateKeyPem: first.privateKeyPem,
      }),
    ).rejects.toMatchObject({ code: 'key-differs', why: 'The key is ECDSA P-256, should be RSA 3072.' });
  });
});

describe('issueCertificate, under which authority', () => {
  it('issues under an authority that openssl made', async () => {
    const foreign = foreignCertificate({
      key: ['-newkey', 'rsa:2048'],
      subject: '/C=DE/O=Müller, Söhne/emailAddress=pki@example.org/CN=Root',
      more: ['-addext', 'keyUsage=critical,keyCertSign'],
    });
    const issued = await issueCertificate(CLIENT, foreign);
    expect(
      openssl(['verify', '-x509_strict', '-CAfile', '{ca}', '{leaf}'], {
        ca: foreign.certificatePem,
        leaf: issued.certificatePem,
      }),
    ).toMatch(/OK/);
  });

  it.each(UNFIT)('refuses %s as authority', async (_, make, code, why) => {
    await expect(issueCertificate(CLIENT, await make())).rejects.toMatchObject({
      code,
      why: expect.stringMatching(why),
    });
  });

  it.each<readonly [string, Partial<CertificateRequest>, string]>([
    ['a server without names', { usage: 'server' }, 'server-without-names'],
    ['a peer without names', { usage: 'peer' }, 'server-without-names'],
    ['an empty common name', { subject: { commonName: '' } }, 'invalid-subject'],
    ['an empty organization', { subject: { commonName: 'a', organizations: [' '] } }, 'invalid-subject'],
    ['a line break in the subject', { subject: { commonName: 'a\nb' } }, 'invalid-subject'],
    ['a country in words', { subject: { commonName: 'a', country: 'Germany' } }, 'invalid-subject'],
    ['no days', { days: 0 }, 'invalid-lifetime'],
    ['days beyond the calendar', { days: 1e9 }, 'invalid-lifetime'],
    ['days that are no number', { days: Number.NaN }, 'invalid-lifetime'],
  ])('refuses %s', async (_, change, code) => {
    await expect(issueCertificate({ ...CLIENT, ...change }, authority)).rejects.toMatchObject({ code });
  });
});
