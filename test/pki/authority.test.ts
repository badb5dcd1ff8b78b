import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../engine/pki/authority.ts';
import { issueCertificate } from '../../engine/pki/certificate.ts';
import { inspectCertificate } from '../../engine/pki/inspect.ts';
import { openssl } from './openssl.ts';

const subject = {
  commonName: 'etcd-ca',
  organizations: ['k8s'],
  organizationalUnits: ['System'],
  country: 'CN',
  state: 'BeiJing',
  locality: 'BeiJing',
};

describe('createAuthority', () => {
  it('makes what openssl takes as an authority when it is strict', async () => {
    const authority = await createAuthority({ subject });
    const files = { ca: authority.certificatePem };
    expect(openssl(['verify', '-x509_strict', '-CAfile', '{ca}', '{ca}'], files)).toMatch(/OK/);
    const text = openssl(['x509', '-in', '{ca}', '-noout', '-text'], files);
    expect(text).toContain('Subject: C = CN, ST = BeiJing, L = BeiJing, O = k8s, OU = System, CN = etcd-ca\n');
    expect(text).toMatch(/Basic Constraints: critical\n\s+CA:TRUE, pathlen:0\n/);
    expect(text).toMatch(/X509v3 Key Usage: critical\n\s+Digital Signature, Certificate Sign, CRL Sign\n/);
    const facts = inspectCertificate(authority.certificatePem);
    expect(facts.authorityKeyIdentifier).toBe(facts.subjectKeyIdentifier);
    expect(facts.isAuthority).toBe(true);
    expect(facts.notAfter.getTime() - facts.notBefore.getTime()).toBe(3650 * 86_400_000 + 300_000);
    expect(openssl(['ec', '-in', '{key}', '-check', '-noout'], { key: authority.privateKeyPem })).toBe('');
  });

  it.each([3072, 4096] as const)('makes keys of %i bits', async (size) => {
    const authority = await createAuthority({ subject, algorithm: { type: 'rsa', size } });
    expect(inspectCertificate(authority.certificatePem).keySize).toBe(size);
  });

  it('may end after 2049', async () => {
    const { certificatePem } = await createAuthority(
      { subject, days: 36500 },
      { now: new Date('2026-01-02T03:04:05Z') },
    );
    const dates = openssl(['x509', '-in', '{ca}', '-noout', '-startdate', '-enddate'], { ca: certificatePem });
    expect(dates).toBe('notBefore=Jan  2 02:59:05 2026 GMT\nnotAfter=Dec  9 03:04:05 2125 GMT\n');
  });

  it('renews with the same key, and certificates issued before still verify', async () => {
    const old = await createAuthority({ subject }, { now: new Date(Date.now() - 86_400_000) });
    const leaf = await issueCertificate(
      { subject: { commonName: 'admin' }, alternativeNames: [], usage: 'client' },
      old,
    );
    const renewed = await createAuthority({ subject }, { privateKeyPem: old.privateKeyPem });
    expect(renewed.privateKeyPem).toBe(old.privateKeyPem);
    expect(new X509Certificate(renewed.certificatePem).serialNumber).not.toBe(
      new X509Certificate(old.certificatePem).serialNumber,
    );
    expect(
      openssl(['verify', '-x509_strict', '-CAfile', '{ca}', '{leaf}'], {
        ca: renewed.certificatePem,
        leaf: leaf.certificatePem,
      }),
    ).toMatch(/OK/);
  });
});
