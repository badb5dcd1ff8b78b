import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { Problem } from '../errors/problem.ts';
import type { AlternativeName } from './alternative-name.ts';
import { type Subject, subjectAttributes } from './distinguished-name.ts';
import { type ReadCertificate, readCertificate } from './inspect.ts';
import { createKeyPair, type KeyWish, keyPairFrom, readPrivateKey, requireAlgorithm } from './key-pair.ts';
import {
  encodeAttributes,
  type IssuedCertificate,
  type IssuingOptions,
  keyIdentifier,
  signCertificate,
  type Validity,
  validityFrom,
} from './signing.ts';

/** The use of a certificate: by a server, by a client, or by both, such as the members of etcd among themselves. */
export type CertificateUsage = 'server' | 'client' | 'peer';

/** A request for a certificate. */
export interface CertificateRequest {
  readonly subject: Subject;
  readonly alternativeNames: readonly AlternativeName[];
  readonly usage: CertificateUsage;
  /** Default: any; a new key is ECDSA P-256. */
  readonly algorithm?: KeyWish | undefined;
  /** Validity in days. Default: 365. */
  readonly days?: number | undefined;
}

export const defaultCertificateDays = 365;

/** Returns the key usages for a key. An ECDSA key cannot encipher: RFC 5480, 3. */
export function certificateUsages(key: KeyObject): readonly string[] {
  return key.asymmetricKeyType === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
}

/** The extended key usages of RFC 5280, 4.2.1.12. */
export const extendedUsages: Readonly<Record<CertificateUsage, readonly string[]>> = {
  server: ['serverAuth'],
  client: ['clientAuth'],
  peer: ['serverAuth', 'clientAuth'],
};

/**
 * Issues a certificate under an authority, and verifies it against the authority. It never ends later than the
 * authority's certificate, whatever `days` says. Throws Problem `invalid-subject`, `invalid-lifetime`,
 * `server-without-names`, `authority-unfit`, `unreadable-certificate`, `unreadable-private-key`, `key-differs` or
 * `unsupported-key`.
 */
export async function issueCertificate(
  request: CertificateRequest,
  authority: IssuedCertificate,
  options: IssuingOptions = {},
): Promise<IssuedCertificate> {
  const { algorithm = 'any', days = defaultCertificateDays } = request;
  const now = options.now ?? new Date();
  const subject = encodeAttributes(subjectAttributes(request.subject));
  requireNames(request);
  const issuer = readCertificate(authority.certificatePem);
  const authorityKey = readPrivateKey(authority.privateKeyPem);
  requireFit(issuer, authorityKey, now);
  const validity = within(validityFrom(now, days), issuer.x509);
  if (options.privateKeyPem !== undefined) requireAlgorithm(readPrivateKey(options.privateKeyPem), algorithm);
  const { privateKeyPem, publicKeyPem } =
    options.privateKeyPem === undefined
      ? await createKeyPair(algorithm, options.encoding)
      : keyPairFrom(options.privateKeyPem, options.encoding);
  const issuerIdentifier = issuer.der.subjectKeyIdentifier ?? keyIdentifier(issuer.x509.publicKey);
  const publicKey = createPublicKey(publicKeyPem);
  const certificatePem = signCertificate(
    {
      subject,
      issuer: issuer.der.subject,
      publicKey,
      validity,
      extensions: [
        { name: 'basicConstraints', critical: true, cA: false },
        { name: 'keyUsage', critical: true, ...flags(certificateUsages(publicKey)) },
        { name: 'extKeyUsage', ...flags(extendedUsages[request.usage]) },
        { name: 'authorityKeyIdentifier', keyIdentifier: Buffer.from(issuerIdentifier, 'hex').toString('binary') },
        ...alternativeNamesExtension(request.alternativeNames),
      ],
    },
    authorityKey,
    options.random,
  );
  requireIssued(readCertificate(certificatePem).x509, issuer.x509);
  return { certificatePem, privateKeyPem };
}

function alternativeNamesExtension(
  names: readonly AlternativeName[],
): readonly { readonly name: string; readonly altNames: unknown }[] {
  if (names.length === 0) return [];
  // 2 and 7 are the tags of dNSName and iPAddress, RFC 5280, 4.2.1.6.
  return [
    {
      name: 'subjectAltName',
      altNames: names.map(({ kind, value }) => (kind === 'dns' ? { type: 2, value } : { type: 7, ip: value })),
    },
  ];
}

function flags(names: readonly string[]): Readonly<Record<string, true>> {
  return Object.fromEntries(names.map((name) => [name, true] as const));
}

function within(validity: Validity, authority: X509Certificate): Validity {
  return {
    notBefore: new Date(Math.max(validity.notBefore.getTime(), authority.validFromDate.getTime())),
    notAfter: new Date(Math.min(validity.notAfter.getTime(), authority.validToDate.getTime())),
  };
}

function requireNames(request: CertificateRequest): void {
  if (request.usage === 'client' || request.alternativeNames.length > 0) return;
  throw new Problem({
    code: 'server-without-names',
    what: `The ${request.usage} certificate "${request.subject.commonName}" has no alternative names.`,
    why: 'Clients look for the name of a server there only, and no longer in the common name.',
    remedy: 'List the DNS names and addresses under which it is reached.',
  });
}

function requireFit({ x509, der }: ReadCertificate, key: ReturnType<typeof readPrivateKey>, now: Date): void {
  const unfit = (why: string, remedy: string): Problem =>
    new Problem({ code: 'authority-unfit', what: 'The authority cannot issue certificates.', why, remedy });
  if (!der.isAuthority)
    throw unfit(
      'Its certificate is not that of an authority (CA:TRUE is missing).',
      'Name the certificate of an authority.',
    );
  if (der.keyUsages.length > 0 && !der.keyUsages.includes('keyCertSign')) {
    throw unfit(
      'Its certificate does not allow it to sign others (keyCertSign is missing).',
      'Name the certificate of an authority.',
    );
  }
  if (!x509.checkPrivateKey(key))
    throw unfit('Its private key is not that of its certificate.', 'Bring the two files that belong together.');
  if (x509.validToDate.getTime() <= now.getTime())
    throw unfit(`It expired on ${x509.validToDate.toISOString()}.`, 'Renew the authority first.');
  if (x509.validFromDate.getTime() > now.getTime()) {
    throw unfit(`It is not valid before ${x509.validFromDate.toISOString()}.`, 'Check the clock of this machine.');
  }
}

/**
 * Throws Problem if the certificate does not verify. The name of another program's authority may have a form that
 * cannot be written again, and nobody would trust the certificate.
 */
function requireIssued(certificate: X509Certificate, authority: X509Certificate): void {
  if (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)) return;
  throw new Problem({
    code: 'authority-unfit',
    what: 'A certificate issued under the authority does not verify under it.',
    why: `The subject of the authority is of an unusual form: ${authority.subject.replaceAll('\n', ', ')}`,
    remedy: 'Use an authority that runbook made, or one whose subject has single attributes of plain text.',
  });
}
