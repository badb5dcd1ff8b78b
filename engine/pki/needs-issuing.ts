import type { X509Certificate } from 'node:crypto';
import { Problem } from '../errors/problem.ts';
import type { AlternativeName } from './alternative-name.ts';
import { type AuthorityRequest, defaultAuthorityDays } from './authority.ts';
import type { FoundName } from './certificate-der.ts';
import { type CertificateRequest, certificateUsages, defaultCertificateDays, extendedUsages } from './certificate.ts';
import { formatName, sameName, subjectAttributes } from './distinguished-name.ts';
import { type ReadCertificate, readCertificate } from './inspect.ts';
import { readPrivateKey, whyOtherAlgorithm } from './key-pair.ts';
import { millisecondsPerDay } from './signing.ts';

export interface CertificateCheck {
  readonly wanted: CertificateRequest;
  /** `undefined`: the file does not exist. */
  readonly certificatePem: string | undefined;
  readonly privateKeyPem: string | undefined;
  /** The certificate of the authority that must have issued it. */
  readonly authorityPem: string;
  readonly now: Date;
  readonly renewBeforeDays: number;
}

export interface AuthorityCheck {
  readonly wanted: AuthorityRequest;
  readonly certificatePem: string | undefined;
  readonly privateKeyPem: string | undefined;
  readonly now: Date;
  readonly renewBeforeDays: number;
}

/**
 * Returns sentences that say why a certificate must be issued again; none if it is in order. If the certificate ends
 * with its authority, there is no renewal window: a new one would end on the same day. Throws Problem
 * `unreadable-certificate` for the authority, `invalid-subject` or `invalid-renewal-window`.
 */
export function needsIssuing(check: CertificateCheck): readonly string[] {
  const { wanted, certificatePem, privateKeyPem, authorityPem, now, renewBeforeDays } = check;
  requireWindow(renewBeforeDays, wanted.days ?? defaultCertificateDays);
  const wantedSubject = subjectAttributes(wanted.subject);
  const authority = readCertificate(authorityPem);
  if (certificatePem === undefined) return ['There is no certificate.'];
  const found = tryRead(certificatePem);
  if (found === undefined) return ['The certificate cannot be read.'];
  const endsWithAuthority = found.x509.validToDate.getTime() >= authority.x509.validToDate.getTime();
  return [
    ...whyOtherSubject(found, wantedSubject),
    ...whyOtherNames(found.der.alternativeNames, wanted.alternativeNames),
    ...whyOtherSet(
      'usages',
      [...found.der.keyUsages, ...found.der.extendedKeyUsages],
      [...certificateUsages(found.x509.publicKey), ...extendedUsages[wanted.usage]],
    ),
    ...(found.der.isAuthority ? ['The certificate is that of an authority.'] : []),
    ...whyOtherIssuer(found, authority),
    ...whyOtherKey(found.x509, privateKeyPem),
    ...whyOtherAlgorithm(found.x509.publicKey, wanted.algorithm ?? 'any'),
    ...whyTooOld(found.x509, now, endsWithAuthority ? 0 : renewBeforeDays),
  ];
}

/**
 * Returns sentences that say why an authority must be created again; none if it is in order. All its certificates
 * depend on it, so ask the operator first, unless there is no authority yet. Throws Problem `invalid-subject` or
 * `invalid-renewal-window`.
 */
export function authorityNeedsIssuing(check: AuthorityCheck): readonly string[] {
  const { wanted, certificatePem, privateKeyPem, now, renewBeforeDays } = check;
  requireWindow(renewBeforeDays, wanted.days ?? defaultAuthorityDays);
  const wantedSubject = subjectAttributes(wanted.subject);
  if (certificatePem === undefined) return ['There is no certificate.'];
  const found = tryRead(certificatePem);
  if (found === undefined) return ['The certificate cannot be read.'];
  const selfIssued = sameName(found.der.issuer, found.der.subject);
  return [
    ...whyOtherSubject(found, wantedSubject),
    ...(found.der.isAuthority ? [] : ['The certificate is not that of an authority.']),
    ...(found.der.keyUsages.includes('keyCertSign')
      ? []
      : ['The certificate does not allow to sign others (keyCertSign is missing).']),
    ...(selfIssued && !found.x509.verify(found.x509.publicKey)
      ? ['The certificate is not signed with its own key.']
      : []),
    ...whyOtherKey(found.x509, privateKeyPem),
    ...whyOtherAlgorithm(found.x509.publicKey, wanted.algorithm ?? 'any'),
    ...whyTooOld(found.x509, now, renewBeforeDays),
  ];
}

function whyOtherSubject({ der }: ReadCertificate, wanted: ReturnType<typeof subjectAttributes>): readonly string[] {
  return sameName(der.subject, wanted)
    ? []
    : [`The subject is ${formatName(der.subject)}, should be ${formatName(wanted)}.`];
}

function whyOtherNames(found: readonly FoundName[], wanted: readonly AlternativeName[]): readonly string[] {
  const text = ({ kind, value }: FoundName): string => `${kind.toUpperCase()}:${value}`;
  return whyOtherSet('alternative names', found.map(text), wanted.map(String));
}

function whyOtherSet(what: string, found: readonly string[], wanted: readonly string[]): readonly string[] {
  const missing = wanted.filter((item) => !found.includes(item));
  const extra = found.filter((item) => !wanted.includes(item));
  return [
    ...(missing.length > 0 ? [`The ${what} lack ${missing.join(', ')}.`] : []),
    ...(extra.length > 0 ? [`The ${what} have ${extra.join(', ')}, which the task does not name.`] : []),
  ];
}

function whyOtherIssuer(found: ReadCertificate, authority: ReadCertificate): readonly string[] {
  if (!sameName(found.der.issuer, authority.der.subject)) {
    return [`The issuer is ${formatName(found.der.issuer)}, the authority is ${formatName(authority.der.subject)}.`];
  }
  if (!found.x509.verify(authority.x509.publicKey))
    return ['The certificate was signed with another key than the authority has.'];
  return found.x509.checkIssued(authority.x509)
    ? []
    : ['The certificate does not name the key of the authority as that of its issuer.'];
}

function whyOtherKey(certificate: X509Certificate, privateKeyPem: string | undefined): readonly string[] {
  if (privateKeyPem === undefined) return ['There is no private key for the certificate.'];
  try {
    return certificate.checkPrivateKey(readPrivateKey(privateKeyPem))
      ? []
      : ['The private key is not that of the certificate.'];
  } catch {
    return ['The private key cannot be read.'];
  }
}

/**
 * The last second of a certificate is still valid: RFC 5280, 4.1.2.5. The renewal window includes its first instant.
 */
function whyTooOld(certificate: X509Certificate, now: Date, renewBeforeDays: number): readonly string[] {
  const end = certificate.validToDate;
  const left = end.getTime() - now.getTime();
  if (left < 0) return [`The certificate expired on ${formatTime(end)}.`];
  if (renewBeforeDays > 0 && left <= renewBeforeDays * millisecondsPerDay) {
    return [`The certificate expires on ${formatTime(end)}, within ${renewBeforeDays} days.`];
  }
  return [];
}

function formatTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}

/** With a window as long as the lifetime, every run would issue all certificates again. */
function requireWindow(renewBeforeDays: number, days: number): void {
  if (renewBeforeDays >= 0 && renewBeforeDays < days) return;
  throw new Problem({
    code: 'invalid-renewal-window',
    what: `A certificate that is valid for ${days} days cannot be renewed ${renewBeforeDays} days before its end.`,
    remedy: 'Give a number of days from 0 to less than its lifetime.',
  });
}

function tryRead(pem: string): ReadCertificate | undefined {
  try {
    return readCertificate(pem);
  } catch {
    return undefined;
  }
}
