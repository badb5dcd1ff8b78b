import { beforeAll, describe, expect, it } from 'vitest';
import { parseAlternativeNames } from '../../engine/pki/alternative-name.ts';
import { type AuthorityRequest, createAuthority } from '../../engine/pki/authority.ts';
import { type CertificateRequest, issueCertificate } from '../../engine/pki/certificate.ts';
import {
  type AuthorityCheck,
  authorityNeedsIssuing,
  type CertificateCheck,
  needsIssuing,
} from '../../engine/pki/needs-issuing.ts';
import type { IssuedCertificate } from '../../engine/pki/signing.ts';

const start = new Date('2030-01-01T00:00:00Z');
const end = Date.UTC(2031, 0, 1);
const day = 86_400_000;

const authorityRequest: AuthorityRequest = { subject: { commonName: 'kubernetes', organizations: ['k8s'] } };
const wanted: CertificateRequest = {
  subject: { commonName: 'kube-apiserver', organizations: ['a', 'b'] },
  alternativeNames: parseAlternativeNames(['kubernetes', '10.96.0.1', '::1']),
  usage: 'server',
};

let authority: IssuedCertificate;
let twin: IssuedCertificate;
let stranger: IssuedCertificate;
let leaf: IssuedCertificate;
beforeAll(async () => {
  [authority, twin, stranger] = await Promise.all([
    createAuthority(authorityRequest, { now: start }),
    createAuthority(authorityRequest, { now: start }),
    createAuthority({ subject: { commonName: 'stranger' } }, { now: start }),
  ]);
  leaf = await issueCertificate(wanted, authority, { now: start });
});

const inOrder = (): CertificateCheck => ({
  wanted,
  ...leaf,
  authorityPem: authority.certificatePem,
  now: start,
  renewBeforeDays: 30,
});
const asked = (change: Partial<CertificateRequest>): Partial<CertificateCheck> => ({
  wanted: { ...wanted, ...change },
});

const REASONS: readonly (readonly [string, () => Partial<CertificateCheck>, readonly string[]])[] = [
  ['nothing', () => ({}), []],
  [
    'nothing when organizations come in another order',
    () => asked({ subject: { commonName: 'kube-apiserver', organizations: ['b', 'a'] } }),
    [],
  ],
  [
    'nothing when names come in another order',
    () => asked({ alternativeNames: parseAlternativeNames(['0::1', 'KUBERNETES', '10.96.0.1']) }),
    [],
  ],
  ['nothing when other days are asked', () => asked({ days: 90 }), []],
  ['a missing certificate', () => ({ certificatePem: undefined }), ['There is no certificate.']],
  ['an unreadable certificate', () => ({ certificatePem: 'x' }), ['The certificate cannot be read.']],
  ['a missing key', () => ({ privateKeyPem: undefined }), ['There is no private key for the certificate.']],
  ['an unreadable key', () => ({ privateKeyPem: 'x' }), ['The private key cannot be read.']],
  [
    'the key of another',
    () => ({ privateKeyPem: twin.privateKeyPem }),
    ['The private key is not that of the certificate.'],
  ],
  [
    'another subject',
    () => asked({ subject: { commonName: 'kube-apiserver', organizations: ['a'] } }),
    ['The subject is CN=kube-apiserver, O=b, O=a, should be CN=kube-apiserver, O=a.'],
  ],
  [
    'another subject that reads the same but for a comma',
    () => asked({ subject: { commonName: 'kube-apiserver', organizations: ['b, O=a'] } }),
    ['The subject is CN=kube-apiserver, O=b, O=a, should be CN=kube-apiserver, O=b\\, O=a.'],
  ],
  [
    'other names',
    () => asked({ alternativeNames: parseAlternativeNames(['kubernetes', '10.96.0.1', '10.96.0.2', 'k8s-api']) }),
    [
      'The alternative names lack IP:10.96.0.2, DNS:k8s-api.',
      'The alternative names have IP:::1, which the task does not name.',
    ],
  ],
  ['more usages', () => asked({ usage: 'peer' }), ['The usages lack clientAuth.']],
  [
    'other usages',
    () => asked({ usage: 'client' }),
    ['The usages lack clientAuth.', 'The usages have serverAuth, which the task does not name.'],
  ],
  [
    'another issuer',
    () => ({ authorityPem: stranger.certificatePem }),
    ['The issuer is CN=kubernetes, O=k8s, the authority is CN=stranger.'],
  ],
  [
    'an authority of the same name',
    () => ({ authorityPem: twin.certificatePem }),
    ['The certificate was signed with another key than the authority has.'],
  ],
  [
    'another key size',
    () => asked({ algorithm: { type: 'rsa', size: 4096 } }),
    ['The key is ECDSA P-256, should be RSA 4096.'],
  ],
  ['nothing when any key will do', () => asked({ algorithm: 'any' }), []],
  ['another type of key', () => asked({ algorithm: 'rsa' }), ['The key is ECDSA P-256, should be RSA.']],
  ['one second before the renewal window', () => ({ now: new Date(end - 30 * day - 1000) }), []],
  [
    'the first instant of the renewal window',
    () => ({ now: new Date(end - 30 * day) }),
    ['The certificate expires on 2031-01-01T00:00:00Z, within 30 days.'],
  ],
  [
    'the last second',
    () => ({ now: new Date(end) }),
    ['The certificate expires on 2031-01-01T00:00:00Z, within 30 days.'],
  ],
  ['the last second without a window', () => ({ now: new Date(end), renewBeforeDays: 0 }), []],
  [
    'the second after the last',
    () => ({ now: new Date(end + 1000) }),
    ['The certificate expired on 2031-01-01T00:00:00Z.'],
  ],
  [
    'several reasons at once',
    () => ({ ...asked({ usage: 'peer' }), privateKeyPem: undefined, now: new Date(end + 1000) }),
    [
      'The usages lack clientAuth.',
      'There is no private key for the certificate.',
      'The certificate expired on 2031-01-01T00:00:00Z.',
    ],
  ],
];

describe('needsIssuing', () => {
  it.each(REASONS)('says why: %s', (_, change, reasons) => {
    expect(needsIssuing({ ...inOrder(), ...change() })).toEqual(reasons);
  });

  it('does not ask again and again for what cannot outlive its authority', async () => {
    const short = await createAuthority({ subject: { commonName: 'short' }, days: 20 }, { now: start });
    const cut = await issueCertificate(wanted, short, { now: start });
    const check = { ...inOrder(), ...cut, authorityPem: short.certificatePem };
    expect(needsIssuing(check)).toEqual([]);
    const renewed = await createAuthority(
      { subject: { commonName: 'short' }, days: 400 },
      { now: start, privateKeyPem: short.privateKeyPem },
    );
    expect(needsIssuing({ ...check, authorityPem: renewed.certificatePem })).toEqual([
      'The certificate expires on 2030-01-21T00:00:00Z, within 30 days.',
    ]);
  });

  it('takes an authority for no leaf', () => {
    expect(needsIssuing({ ...inOrder(), ...authority })).toContain('The certificate is that of an authority.');
  });

  it.each([
    [30, 30],
    [365, undefined],
    [-1, 10],
    [Number.NaN, 10],
  ])('refuses to renew %d days before the end of %s', (renewBeforeDays, days) => {
    expect(() => needsIssuing({ ...inOrder(), ...asked({ days }), renewBeforeDays })).toThrow(
      expect.objectContaining({ code: 'invalid-renewal-window' }),
    );
  });
});

describe('authorityNeedsIssuing', () => {
  const check = (): AuthorityCheck => ({ wanted: authorityRequest, ...authority, now: start, renewBeforeDays: 180 });
  const authorityEnd = start.getTime() + 3650 * day;
  const cases: readonly (readonly [string, () => Partial<AuthorityCheck>, readonly string[]])[] = [
    ['nothing', () => ({}), []],
    ['a missing certificate', () => ({ certificatePem: undefined }), ['There is no certificate.']],
    ['an unreadable certificate', () => ({ certificatePem: '' }), ['The certificate cannot be read.']],
    ['a missing key', () => ({ privateKeyPem: undefined }), ['There is no private key for the certificate.']],
    [
      'the key of another',
      () => ({ privateKeyPem: twin.privateKeyPem }),
      ['The private key is not that of the certificate.'],
    ],
    [
      'another subject',
      () => ({ wanted: { subject: { commonName: 'x' } } }),
      ['The subject is CN=kubernetes, O=k8s, should be CN=x.'],
    ],
    [
      'another key size',
      () => ({ wanted: { ...authorityRequest, algorithm: { type: 'rsa', size: 3072 } } }),
      ['The key is ECDSA P-256, should be RSA 3072.'],
    ],
    ['one second before the renewal window', () => ({ now: new Date(authorityEnd - 180 * day - 1000) }), []],
    [
      'the renewal window',
      () => ({ now: new Date(authorityEnd - 180 * day) }),
      ['The certificate expires on 2039-12-30T00:00:00Z, within 180 days.'],
    ],
    ['its end', () => ({ now: new Date(authorityEnd + 1000) }), ['The certificate expired on 2039-12-30T00:00:00Z.']],
    [
      'a leaf',
      () => ({ wanted: { subject: wanted.subject }, ...leaf }),
      [
        'The certificate is not that of an authority.',
        'The certificate does not allow to sign others (keyCertSign is missing).',
        'The certificate expires on 2031-01-01T00:00:00Z, within 366 days.',
      ],
    ],
  ];
  it.each(cases)('says why: %s', (name, change, reasons) => {
    expect(
      authorityNeedsIssuing({ ...check(), ...(name === 'a leaf' ? { renewBeforeDays: 366 } : {}), ...change() }),
    ).toEqual(reasons);
  });
});
