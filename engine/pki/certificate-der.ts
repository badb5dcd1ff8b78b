import { SocketAddress } from 'node:net';
import forge from 'node-forge';
import type { NameAttribute } from './distinguished-name.ts';

/**
 * The parts of a certificate that node's X509Certificate does not return, or returns only as text that must be parsed
 * again.
 */
export interface CertificateDer {
  readonly issuer: readonly EncodedAttribute[];
  readonly subject: readonly EncodedAttribute[];
  /**
   * True if the basic constraints contain CA:TRUE. X509Certificate's `ca` is also false if the key usages lack
   * keyCertSign.
   */
  readonly isAuthority: boolean;
  readonly alternativeNames: readonly FoundName[];
  /** Names of RFC 5280: digitalSignature, keyCertSign, … */
  readonly keyUsages: readonly string[];
  /** serverAuth, clientAuth; other usages as dotted identifiers. */
  readonly extendedKeyUsages: readonly string[];
  readonly subjectKeyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
}

/** An attribute with its ASN.1 string type, so that it can be written in the same form again. */
export interface EncodedAttribute extends NameAttribute {
  readonly stringType: forge.asn1.Type;
}

/** A subject alternative name as the certificate contains it. */
export interface FoundName {
  readonly kind: 'dns' | 'ip' | 'email' | 'uri' | 'other';
  readonly value: string;
}

const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

const extendedKeyUsageNames: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.5.5.7.3.1', 'serverAuth'],
  ['1.3.6.1.5.5.7.3.2', 'clientAuth'],
]);

/** Parses the DER of a certificate with any kind of key. Throws Error if it does not have the form of RFC 5280, 4.1. */
export function readCertificateDer(der: Uint8Array): CertificateDer {
  const certificate = forge.asn1.fromDer(Buffer.from(der).toString('binary'));
  const fields = children(children(certificate)[0]);
  // The version, an explicit [0], may be missing. The next fields are serial, algorithm, issuer, validity, subject,
  // key.
  const start = fields[0]?.tagClass === forge.asn1.Class.CONTEXT_SPECIFIC ? 1 : 0;
  const extensions = readExtensions(fields.slice(start + 6));
  const extension = (oid: string): forge.asn1.Asn1 | undefined => extensions.get(oid);
  return {
    issuer: readName(fields[start + 2]),
    subject: readName(fields[start + 4]),
    isAuthority: optionalChildren(extension('2.5.29.19')).some(
      (part) => part.type === forge.asn1.Type.BOOLEAN && bytes(part) !== '\0',
    ),
    alternativeNames: optionalChildren(extension('2.5.29.17')).map(readAlternativeName),
    keyUsages: readKeyUsages(extension('2.5.29.15')),
    extendedKeyUsages: optionalChildren(extension('2.5.29.37')).map((usage) => {
      const oid = forge.asn1.derToOid(bytes(usage));
      return extendedKeyUsageNames.get(oid) ?? oid;
    }),
    subjectKeyIdentifier: hex(extension('2.5.29.14')),
    authorityKeyIdentifier: hex(optionalChildren(extension('2.5.29.35')).find((part) => tagOf(part) === 0)),
  };
}

/** Returns the number of a context tag. The type in forge knows only universal tags. */
function tagOf(part: forge.asn1.Asn1): number {
  return part.type;
}

function readExtensions(optionalFields: readonly forge.asn1.Asn1[]): ReadonlyMap<string, forge.asn1.Asn1> {
  const wrapper = optionalFields.find(
    (field) => field.tagClass === forge.asn1.Class.CONTEXT_SPECIFIC && tagOf(field) === 3,
  );
  const extensions = new Map<string, forge.asn1.Asn1>();
  for (const extension of optionalChildren(optionalChildren(wrapper)[0])) {
    const parts = children(extension);
    const value = parts.at(-1);
    extensions.set(forge.asn1.derToOid(bytes(parts[0])), forge.asn1.fromDer(bytes(value)));
  }
  return extensions;
}

function readName(name: forge.asn1.Asn1 | undefined): readonly EncodedAttribute[] {
  return children(name).flatMap((set) =>
    children(set).map((attribute) => {
      const [oid, value] = children(attribute);
      if (value === undefined) throw new Error('an attribute of a name has no value');
      const raw = bytes(value);
      return {
        oid: forge.asn1.derToOid(bytes(oid)),
        value: value.type === forge.asn1.Type.UTF8 ? Buffer.from(raw, 'binary').toString('utf8') : raw,
        stringType: value.type,
      };
    }),
  );
}

function readAlternativeName(name: forge.asn1.Asn1): FoundName {
  // The context tags of GeneralName, RFC 5280, 4.2.1.6.
  switch (tagOf(name)) {
    case 1:
      return { kind: 'email', value: bytes(name) };
    case 2:
      return { kind: 'dns', value: bytes(name).toLowerCase() };
    case 6:
      return { kind: 'uri', value: bytes(name) };
    case 7:
      return { kind: 'ip', value: formatAddress(Buffer.from(bytes(name), 'binary')) };
    default:
      return { kind: 'other', value: forge.util.bytesToHex(forge.asn1.toDer(name).getBytes()) };
  }
}

function formatAddress(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  if (address.length !== 16) throw new Error(`an address of ${address.length} bytes`);
  const groups = address.toString('hex').match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

function readKeyUsages(bitString: forge.asn1.Asn1 | undefined): readonly string[] {
  if (bitString === undefined) return [];
  // The first byte is the number of unused bits at the end. These bits are zero in DER.
  const [, ...octets] = Buffer.from(bytes(bitString), 'binary');
  return keyUsageBits.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function hex(value: forge.asn1.Asn1 | undefined): string | undefined {
  return value === undefined ? undefined : forge.util.bytesToHex(bytes(value));
}

function optionalChildren(value: forge.asn1.Asn1 | undefined): readonly forge.asn1.Asn1[] {
  return value === undefined ? [] : children(value);
}

function children(value: forge.asn1.Asn1 | undefined): readonly forge.asn1.Asn1[] {
  if (value === undefined || typeof value.value === 'string')
    throw new Error('a part of the certificate is not a list');
  return value.value;
}

function bytes(value: forge.asn1.Asn1 | undefined): string {
  if (value === undefined || typeof value.value !== 'string') throw new Error('a part of the certificate is not plain');
  return value.value;
}
