import { Problem } from '../errors/problem.ts';

/** The subject of a certificate. Kubernetes reads the common name as the user and the organizations as its groups. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[] | undefined;
  readonly organizationalUnits?: readonly string[] | undefined;
  /** Two capital letters, ISO 3166-1. */
  readonly country?: string | undefined;
  readonly state?: string | undefined;
  readonly locality?: string | undefined;
}

/** One part of a distinguished name. */
export interface NameAttribute {
  /** Object identifier with dots. */
  readonly oid: string;
  readonly value: string;
}

// The attribute types of RFC 5280, 4.1.2.4. `shortNames` are those of RFC 4514 and OpenSSL.
export const attributeOids = {
  country: '2.5.4.6',
  state: '2.5.4.8',
  locality: '2.5.4.7',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  commonName: '2.5.4.3',
} as const;

const shortNames: ReadonlyMap<string, string> = new Map([
  [attributeOids.country, 'C'],
  [attributeOids.state, 'ST'],
  [attributeOids.locality, 'L'],
  [attributeOids.organization, 'O'],
  [attributeOids.organizationalUnit, 'OU'],
  [attributeOids.commonName, 'CN'],
]);

/**
 * Returns the attributes of a subject; the widest comes first, the common name last. Throws Problem `invalid-subject`
 * for an empty value, a control character, or a country that is not a two-letter code.
 */
export function subjectAttributes(subject: Subject): readonly NameAttribute[] {
  const attributes: NameAttribute[] = [];
  const add = (field: keyof typeof attributeOids, value: string): void => {
    if (value.trim() === '') throw invalid(`The ${words[field]} of a certificate's subject is empty.`, undefined);
    if (/\p{Cc}/u.test(value))
      throw invalid(
        `The ${words[field]} of a certificate's subject has a control character in it.`,
        JSON.stringify(value),
      );
    attributes.push({ oid: attributeOids[field], value });
  };
  if (subject.country !== undefined) {
    if (!/^[A-Z]{2}$/.test(subject.country)) {
      throw invalid(
        `"${subject.country}" is no country code.`,
        'A country is two capital letters of ISO 3166-1, such as DE.',
      );
    }
    add('country', subject.country);
  }
  if (subject.state !== undefined) add('state', subject.state);
  if (subject.locality !== undefined) add('locality', subject.locality);
  for (const organization of new Set(subject.organizations)) add('organization', organization);
  for (const unit of new Set(subject.organizationalUnits)) add('organizationalUnit', unit);
  add('commonName', subject.commonName);
  return attributes;
}

/** Formats a name for users, with the common name first: `CN=admin, O=system:masters`. */
export function formatName(attributes: readonly NameAttribute[]): string {
  return attributes
    .toReversed()
    .map(({ oid, value }) => `${shortNames.get(oid) ?? oid}=${value.replaceAll(/[,\\]/g, '\\$&')}`)
    .join(', ');
}

/** True if two names have the same attributes. Their order does not count: no reader gives it a meaning. */
export function sameName(left: readonly NameAttribute[], right: readonly NameAttribute[]): boolean {
  return canonical(left) === canonical(right);
}

function canonical(attributes: readonly NameAttribute[]): string {
  return JSON.stringify(attributes.map(({ oid, value }) => `${oid}=${value}`).toSorted());
}

function invalid(what: string, why: string | undefined): Problem {
  return new Problem({ code: 'invalid-subject', what, why, remedy: 'Correct the subject of the certificate.' });
}

const words = {
  country: 'country',
  state: 'state',
  locality: 'locality',
  organization: 'organization',
  organizationalUnit: 'organizational unit',
  commonName: 'common name',
} as const;
