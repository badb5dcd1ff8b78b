import { describe, expect, it } from 'vitest';
import { inspectCertificate } from '../../engine/pki/inspect.ts';
import { foreignCertificate, openssl } from './openssl.ts';

const EXTENSIONS = [
  '-addext',
  'subjectAltName=DNS:*.Example.org,IP:2001:db8:0:0:1:0:0:1,IP:10.0.0.1,email:a@b.c,URI:spiffe://x/y,otherName:1.2.3;UTF8:z',
  '-addext',
  'extendedKeyUsage=clientAuth,codeSigning',
  '-addext',
  'keyUsage=digitalSignature,keyAgreement,decipherOnly',
];

describe('inspectCertificate', () => {
  it.each([
    [['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], 'ec', undefined],
    [['-newkey', 'ed25519'], 'ed25519', undefined],
    [['-newkey', 'rsa:2048'], 'rsa', 2048],
  ] as const)('reads what openssl makes with %j', (key, keyType, keySize) => {
    const { certificatePem } = foreignCertificate({
      key,
      subject: '/O=Müller, Söhne/O=b/CN=x',
      more: EXTENSIONS,
    });
    const facts = inspectCertificate(certificatePem);
    expect(facts).toMatchObject({
      keyType,
      keySize,
      commonName: 'x',
      organizations: ['Müller, Söhne', 'b'],
      isAuthority: true,
    });
    expect(facts.alternativeNames.slice(0, 5)).toEqual([
      { kind: 'dns', value: '*.example.org' },
      { kind: 'ip', value: '2001:db8::1:0:0:1' },
      { kind: 'ip', value: '10.0.0.1' },
      { kind: 'email', value: 'a@b.c' },
      { kind: 'uri', value: 'spiffe://x/y' },
    ]);
    expect(facts.alternativeNames[5]?.kind).toBe('other');
    expect(facts.extendedKeyUsages).toEqual(['clientAuth', '1.3.6.1.5.5.7.3.3']);
    expect(facts.keyUsages).toEqual(['digitalSignature', 'keyAgreement', 'decipherOnly']);

    const asked = (what: string): string =>
      openssl(['x509', '-in', '{crt}', '-noout', ...what.split(' ')], { crt: certificatePem }).trim();
    expect(`serial=${facts.serial}`).toBe(asked('-serial'));
    expect(asked('-fingerprint -sha256').toLowerCase()).toContain(facts.fingerprint.toLowerCase());
    expect(asked('-ext subjectKeyIdentifier').replaceAll(':', '').toLowerCase()).toContain(facts.subjectKeyIdentifier);
    expect(new Date(asked('-enddate').replace('notAfter=', ''))).toEqual(facts.notAfter);
    expect(new Date(asked('-startdate').replace('notBefore=', ''))).toEqual(facts.notBefore);
  });

  it('reads a certificate without extensions', () => {
    const key = openssl(['genrsa', '2048']);
    const csr = openssl(['req', '-new', '-key', '{key}', '-subj', '/CN=x'], { key });
    const certificatePem = openssl(['x509', '-req', '-in', '{csr}', '-signkey', '{key}'], { csr, key });
    expect(inspectCertificate(certificatePem)).toMatchObject({
      commonName: 'x',
      isAuthority: false,
      alternativeNames: [],
      keyUsages: [],
      extendedKeyUsages: [],
    });
  });

  it.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'refuses %j',
    (text) => {
      expect(() => inspectCertificate(text)).toThrow(expect.objectContaining({ code: 'unreadable-certificate' }));
    },
  );
});
