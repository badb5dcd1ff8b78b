import { createHash, X509Certificate } from 'node:crypto';
import { Problem } from '../errors/problem.ts';
import { type CertificateDer, type FoundName, readCertificateDer } from './certificate-der.ts';
import { attributeOids, type NameAttribute } from './distinguished-name.ts';

/** The content of a certificate with any kind of key. It does not say whether the certificate can be trusted. */
export interface CertificateFacts {
  readonly subject: readonly NameAttribute[];
  readonly commonName: string | undefined;
  readonly organizations: readonly string[];
  readonly issuer: readonly NameAttribute[];
  /** Hexadecimal, capital letters. */
  readonly serial: string;
  readonly alternativeNames: readonly FoundName[];
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly isAuthority: boolean;
  readonly notBefore: Date;
  /** The last second of the validity. */
  readonly notAfter: Date;
  /** SHA-256 of the whole certificate: `AB:CD:…`. */
  readonly fingerprint: string;
  /** `rsa`, `ec`, `ed25519`, … */
  readonly keyType: string;
  /** Bits of an RSA modulus; undefined for other keys. */
  readonly keySize: number | undefined;
  /** Hexadecimal. */
  readonly subjectKeyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  /** SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal. */
  readonly publicKeyDigest: string;
}

/** A certificate as node reads it, with the parts that only its DER has. */
export interface ReadCertificate {
  readonly x509: X509Certificate;
  readonly der: CertificateDer;
}

/** Reads the first certificate of a PEM text. Throws Problem `unreadable-certificate`. */
export function readCertificate(pem: string): ReadCertificate {
  try {
    const x509 = new X509Certificate(pem);
    return { x509, der: readCertificateDer(x509.raw) };
  } catch (error) {
    throw new Problem({
      code: 'unreadable-certificate',
      what: 'A certificate cannot be read.',
      why: error instanceof Error ? error.message : undefined,
      remedy: 'Give a certificate in PEM form (BEGIN CERTIFICATE).',
      cause: error,
    });
  }
}

/** Returns the facts of the first certificate of a PEM text. Throws Problem `unreadable-certificate`. */
export function inspectCertificate(pem: string): CertificateFacts {
  const { x509, der } = readCertificate(pem);
  const { publicKey } = x509;
  return {
    subject: plain(der.subject),
    commonName: values(der.subject, attributeOids.commonName)[0],
    organizations: values(der.subject, attributeOids.organization),
    issuer: plain(der.issuer),
    serial: x509.serialNumber,
    alternativeNames: der.alternativeNames,
    keyUsages: der.keyUsages,
    extendedKeyUsages: der.extendedKeyUsages,
    isAuthority: der.isAuthority,
    notBefore: x509.validFromDate,
    notAfter: x509.validToDate,
    fingerprint: x509.fingerprint256,
    keyType: publicKey.asymmetricKeyType ?? 'unknown',
    keySize: publicKey.asymmetricKeyDetails?.modulusLength,
    subjectKeyIdentifier: der.subjectKeyIdentifier,
    authorityKeyIdentifier: der.authorityKeyIdentifier,
    publicKeyDigest: createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
  };
}

function plain(attributes: readonly NameAttribute[]): readonly NameAttribute[] {
  return attributes.map(({ oid, value }) => ({ oid, value }));
}

function values(attributes: readonly NameAttribute[], oid: string): readonly string[] {
  return attributes.filter((attribute) => attribute.oid === oid).map((attribute) => attribute.value);
}
