import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';
import { Problem } from '../errors/problem.ts';
import type { EncodedAttribute } from './certificate-der.ts';
import { attributeOids, type NameAttribute } from './distinguished-name.ts';
import { describeKey, type PrivateKeyEncoding } from './key-pair.ts';

/** Returns `size` random bytes. */
type RandomSource = (size: number) => Uint8Array;

/** A certificate and its private key. The key is a secret: the caller must mark it as one. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Options of issuing. Each default is right for real use. */
export interface IssuingOptions {
  /** Default: now. */
  readonly now?: Date | undefined;
  /** Returns the random bytes of the serial number. Keys always get theirs from OpenSSL. */
  readonly random?: RandomSource | undefined;
  /** An existing key that is used instead of a new one. It must have the requested algorithm. */
  readonly privateKeyPem?: string | undefined;
  readonly encoding?: PrivateKeyEncoding | undefined;
}

/** The content of a certificate, including its extensions. */
export interface CertificateDraft {
  readonly subject: readonly EncodedAttribute[];
  readonly issuer: readonly EncodedAttribute[];
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  /** Extensions in the form of node-forge, each with `name`. The identifier of the key is added to them. */
  readonly extensions: readonly { readonly name: string; readonly [field: string]: unknown }[];
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export const millisecondsPerDay = 24 * 60 * 60 * 1000;

/**
 * Milliseconds before now at which the validity begins, so that hosts with a slow clock accept a new certificate. As in
 * cfssl and cert-manager.
 */
const backdating = 5 * 60 * 1000;

/**
 * Returns the validity: from five minutes before `now` to `days` after it, in whole seconds. Throws Problem
 * `invalid-lifetime`.
 */
export function validityFrom(now: Date, days: number): Validity {
  const notAfter = new Date(wholeSecond(now.getTime() + days * millisecondsPerDay));
  // A certificate cannot contain a year above 9999.
  if (!(days > 0) || !(notAfter.getTime() < Date.UTC(10000, 0, 1))) {
    throw new Problem({
      code: 'invalid-lifetime',
      what: `A certificate cannot be valid for ${days} days.`,
      remedy: 'Give a number of days above zero that ends before the year 10000.',
    });
  }
  return { notBefore: new Date(wholeSecond(now.getTime() - backdating)), notAfter };
}

/**
 * Writes and signs a certificate, and returns its PEM text. Keys are RSA or ECDSA on P-256 or P-384, in any
 * combination. Throws Problem `unsupported-key`.
 */
export function signCertificate(
  draft: CertificateDraft,
  authorityKey: KeyObject,
  random: RandomSource = randomBytes,
): string {
  const signature = signatureOf(authorityKey);
  const algorithm = sequence([oid(signature.oid), ...signature.parameters]);
  const { asn1 } = forge;
  const toBeSigned = sequence([
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [universal(asn1.Type.INTEGER, '\x02')]),
    universal(asn1.Type.INTEGER, forge.util.hexToBytes(positiveInteger(random(16)))),
    algorithm,
    forge.pki.distinguishedNameToAsn1({ attributes: draft.issuer.map(forgeAttribute) }),
    sequence([time(draft.validity.notBefore), time(draft.validity.notAfter)]),
    forge.pki.distinguishedNameToAsn1({ attributes: draft.subject.map(forgeAttribute) }),
    publicKeyInfo(draft.publicKey),
    extensionsOf(draft),
  ]);
  const signed = sign(signature.digest, toDer(toBeSigned), authorityKey).toString('binary');
  const certificate = sequence([toBeSigned, algorithm, universal(asn1.Type.BITSTRING, `\0${signed}`)]);
  return `-----BEGIN CERTIFICATE-----\n${toDer(certificate)
    .toString('base64')
    .replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

interface Signature {
  readonly digest: 'sha256' | 'sha384';
  readonly oid: string;
  /** NULL for RSA, none for ECDSA: RFC 4055, 5 and RFC 5758, 3.2. */
  readonly parameters: readonly forge.asn1.Asn1[];
}

function signatureOf(key: KeyObject): Signature {
  requireSupported(key);
  if (key.asymmetricKeyType === 'rsa')
    return { digest: 'sha256', oid: '1.2.840.113549.1.1.11', parameters: [universal(forge.asn1.Type.NULL, '')] };
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1'
    ? { digest: 'sha384', oid: '1.2.840.10045.4.3.3', parameters: [] }
    : { digest: 'sha256', oid: '1.2.840.10045.4.3.2', parameters: [] };
}

/**
 * Encodes the extensions with forge, which knows their forms. Forge can compute the key identifier only for RSA, so the
 * identifier is computed here.
 */
function extensionsOf({ extensions, publicKey }: CertificateDraft): forge.asn1.Asn1 {
  const identifier = universal(forge.asn1.Type.OCTETSTRING, forge.util.hexToBytes(keyIdentifier(publicKey)));
  const certificate = forge.pki.createCertificate();
  certificate.setExtensions([
    ...extensions.map((extension) => ({ ...extension })),
    { name: 'subjectKeyIdentifier', value: identifier },
  ]);
  const { asn1 } = forge;
  const encoded = certificate.extensions.map(({ id, critical, value }: EncodableExtension) =>
    sequence([
      oid(id),
      ...(critical === true ? [universal(asn1.Type.BOOLEAN, '\xff')] : []),
      universal(asn1.Type.OCTETSTRING, typeof value === 'string' ? value : asn1.toDer(value).getBytes()),
    ]),
  );
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 3, true, [sequence(encoded)]);
}

/** An extension in the form that forge produces. The types of forge do not describe it. */
interface EncodableExtension {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: string | forge.asn1.Asn1;
}

/**
 * Sets the string type of each value: PrintableString for the country, as RFC 5280 requires, and UTF-8 for all others.
 */
export function encodeAttributes(attributes: readonly NameAttribute[]): readonly EncodedAttribute[] {
  return attributes.map((attribute) => ({
    ...attribute,
    stringType: attribute.oid === attributeOids.country ? forge.asn1.Type.PRINTABLESTRING : forge.asn1.Type.UTF8,
  }));
}

/**
 * Returns the SHA-1 of the public key's bits, hexadecimal: method 1 of RFC 5280, 4.2.1.2. It only identifies the key,
 * and is not needed for security.
 */
export function keyIdentifier(publicKey: KeyObject): string {
  requireSupported(publicKey);
  return createHash('sha1').update(keyBits(publicKey)).digest('hex');
}

/**
 * Returns the bits in SubjectPublicKeyInfo: PKCS#1 of an RSA key, or the uncompressed point of an ECDSA key (RFC 5480,
 * 2.2).
 */
function keyBits(publicKey: KeyObject): Buffer {
  if (publicKey.asymmetricKeyType === 'rsa') return publicKey.export({ type: 'pkcs1', format: 'der' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

function publicKeyInfo(key: KeyObject): forge.asn1.Asn1 {
  requireSupported(key);
  return forge.asn1.fromDer(key.export({ type: 'spki', format: 'der' }).toString('binary'));
}

function requireSupported(key: KeyObject): void {
  const { namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return;
  if (key.asymmetricKeyType === 'ec' && ['prime256v1', 'secp384r1'].includes(namedCurve)) return;
  throw new Problem({
    code: 'unsupported-key',
    what: `Certificates cannot be signed with or for a key of type ${describeKey(key)}.`,
    why: 'RSA keys are supported, and ECDSA keys on P-256 and P-384.',
    remedy: 'Use such a key.',
  });
}

/** Writes the year with two digits up to 2049, later years with four: RFC 5280, 4.1.2.5. */
function time(at: Date): forge.asn1.Asn1 {
  const { asn1 } = forge;
  return at.getUTCFullYear() < 2050
    ? universal(asn1.Type.UTCTIME, asn1.dateToUtcTime(at))
    : universal(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(at));
}

function universal(type: forge.asn1.Type, bytes: string): forge.asn1.Asn1 {
  return forge.asn1.create(forge.asn1.Class.UNIVERSAL, type, false, bytes);
}

function sequence(parts: readonly forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.SEQUENCE, true, [...parts]);
}

function oid(dotted: string): forge.asn1.Asn1 {
  return universal(forge.asn1.Type.OID, forge.asn1.oidToDer(dotted).getBytes());
}

function forgeAttribute(attribute: EncodedAttribute): forge.pki.CertificateField {
  // Forge's types call the string type a tag class.
  return {
    type: attribute.oid,
    value: attribute.value,
    valueTagClass: attribute.stringType as unknown as forge.asn1.Class,
  };
}

/** Returns the hexadecimal of a positive DER integer: at least 1, without sign bit and unneeded zero bytes. */
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
