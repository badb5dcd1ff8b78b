import { type KeyObject, randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';
import { Problem } from '../errors/problem.ts';
import type { EncodedAttribute } from './certificate-der.ts';
import { attributeOids, type NameAttribute } from './distinguished-name.ts';
import type { PrivateKeyEncoding } from './key-pair.ts';
import type { RandomSource } from './random-key.ts';

/** A certificate and the private key that belongs to it. The key is a secret: whoever takes it on must mark it so. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Circumstances of issuing; each has a default that is right for real use. */
export interface IssuingOptions {
  /** Default: now. */
  readonly now?: Date | undefined;
  /** Random bytes of the serial number. Keys take theirs from OpenSSL in any case. */
  readonly random?: RandomSource | undefined;
  /** Keep this key, instead of making a new one. It must be of the algorithm that is asked. */
  readonly privateKeyPem?: string | undefined;
  readonly encoding?: PrivateKeyEncoding | undefined;
}

/** What a certificate is to say, down to its extensions. */
export interface CertificateDraft {
  readonly subject: readonly EncodedAttribute[];
  readonly issuer: readonly EncodedAttribute[];
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  /** As node-forge takes them; each with `name`. */
  readonly extensions: readonly { readonly name: string; readonly [field: string]: unknown }[];
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export const millisecondsPerDay = 24 * 60 * 60 * 1000;

/** Hosts whose clock is behind by up to this must accept a new certificate: 5 minutes, as cfssl and cert-manager do. */
const backdating = 5 * 60 * 1000;

/** From five minutes before `now` to `days` after it, in whole seconds. Throws a Problem (`invalid-lifetime`). */
export function validityFrom(now: Date, days: number): Validity {
  const notAfter = new Date(wholeSecond(now.getTime() + days * millisecondsPerDay));
  // A certificate cannot say a later year than 9999.
  if (!(days > 0) || !(notAfter.getTime() < Date.UTC(10000, 0, 1))) {
    throw new Problem({
      code: 'invalid-lifetime',
      what: `A certificate cannot be valid for ${days} days.`,
      remedy: 'Give a number of days above zero that ends before the year 10000.',
    });
  }
  return { notBefore: new Date(wholeSecond(now.getTime() - backdating)), notAfter };
}

/** Writes and signs a certificate with SHA-256, and gives its PEM text. The authority's key must be an RSA key. */
export function signCertificate(draft: CertificateDraft, authorityKey: KeyObject, random: RandomSource = randomBytes): string {
  requireRsa(authorityKey);
  requireRsa(draft.publicKey);
  const certificate = forge.pki.createCertificate();
  certificate.serialNumber = positiveInteger(random(16));
  certificate.validity.notBefore = draft.validity.notBefore;
  certificate.validity.notAfter = draft.validity.notAfter;
  certificate.publicKey = forge.pki.publicKeyFromPem(draft.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  certificate.setSubject(draft.subject.map(forgeAttribute));
  certificate.setIssuer(draft.issuer.map(forgeAttribute));
  certificate.setExtensions(draft.extensions.map((extension) => ({ ...extension })));
  // Forge's own RSA takes 15 ms a signature, OpenSSL's a fraction of one; and so the key need not be copied out of its KeyObject.
  // Forge asks nothing of the key but `sign`, and has put the text to be signed in place when it calls that.
  const signer = {
    sign: () => sign('sha256', toDer(certificate.tbsCertificate), authorityKey).toString('binary'),
  } as unknown as forge.pki.rsa.PrivateKey;
  certificate.sign(signer, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** Marks how each value is written: country as PrintableString, as RFC 5280 demands, all others in UTF-8. */
export function encodeAttributes(attributes: readonly NameAttribute[]): readonly EncodedAttribute[] {
  return attributes.map((attribute) => ({
    ...attribute,
    stringType: attribute.oid === attributeOids.country ? forge.asn1.Type.PRINTABLESTRING : forge.asn1.Type.UTF8,
  }));
}

/** SHA-1 of the public key's bits, hexadecimal: method 1 of RFC 5280, 4.2.1.2. An identifier, no protection. */
export function keyIdentifier(publicKey: KeyObject): string {
  requireRsa(publicKey);
  const key = forge.pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return forge.pki.getPublicKeyFingerprint(key, { type: 'RSAPublicKey', encoding: 'hex' });
}

function requireRsa(key: KeyObject): void {
  if (key.asymmetricKeyType === 'rsa') return;
  throw new Problem({
    code: 'unsupported-key',
    what: `Certificates cannot be signed with or for a key of type ${key.asymmetricKeyType ?? 'unknown'}.`,
    why: 'Only RSA keys are supported for now.',
    remedy: 'Use an RSA key of 2048, 3072 or 4096 bits.',
  });
}

function forgeAttribute(attribute: EncodedAttribute): forge.pki.CertificateField {
  // Forge's types call the string type a tag class.
  return { type: attribute.oid, value: attribute.value, valueTagClass: attribute.stringType as unknown as forge.asn1.Class };
}

/** Hexadecimal of a DER integer: at least 1, no sign bit, no needless zero bytes. */
function positiveInteger(bytes: Uint8Array): string {
  const significant = bytes.subarray(
    Math.max(
      0,
      bytes.findIndex((byte) => byte !== 0),
    ),
  );
  const first = significant[0] ?? 0;
  if (first === 0) return '01';
  return `${first >= 0x80 ? '00' : ''}${Buffer.from(significant).toString('hex')}`;
}

function toDer(value: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(value).getBytes(), 'binary');
}

function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
