import { z } from 'zod';
import { Problem } from '../errors/problem.ts';
import { type AlternativeName, AlternativeName as Names, parseAlternativeNames } from '../pki/alternative-name.ts';
import { type CertificateRequest, type CertificateUsage, issueCertificate } from '../pki/certificate.ts';
import { formatName, subjectAttributes } from '../pki/distinguished-name.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import { needsIssuing } from '../pki/needs-issuing.ts';
import { Secret } from '../values/base/secret.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { filledText, textList, wholeNumber } from './base/arguments.ts';
import { type Context, type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import {
  type FileContents,
  applyFiles,
  baseName,
  folder,
  readContents,
  toBeMade,
  wholeFile,
  written,
  inOwnFolders,
} from './pki/pki-files.ts';
import { KEYS_DISAGREE, keyArguments, keysAgree, keyWish, newKey } from './pki/pki-keys.ts';
import { recipients, safelyKept, sealed, readSecret } from './pki/sealed-keys.ts';

const schema = z
  .strictObject({
    path: folder().describe('The folder of the files NAME.crt and NAME.key. A missing folder is made, with mode 0700.'),
    name: baseName().describe('The first part of the names of the files.'),
    authority: z
      .strictObject({
        path: folder().describe('The folder of the authority.'),
        name: baseName().describe('The name of the authority, as in certificate_authority.'),
      })
      .describe('The authority that issues the certificate: path and name as in certificate_authority.'),
    common_name: filledText().describe('The common name of the subject. Kubernetes uses it as the name of the user.'),
    organization: textList()
      .default([])
      .describe('Organizations of the subject. Kubernetes uses them as the groups of the user.'),
    dns: names('dns').describe('The DNS names for which the certificate is valid.'),
    ip: names('ip').describe('The IP addresses for which the certificate is valid.'),
    usages: z
      .array(z.enum(['server', 'client']))
      .min(1)
      .describe('The uses of the certificate: server, client, or both.'),
    days: wholeNumber({ min: 1, max: 36500 })
      .default(365)
      .describe('The lifetime in days. The certificate ends no later than the certificate of its authority.'),
    renew_before_days: wholeNumber({ max: 36500 })
      .default(30)
      .describe('The number of days before its end from which a new certificate is issued.'),
    recipients: recipients(),
    ...keyArguments,
  })
  .refine(keysAgree, KEYS_DISAGREE)
  .refine(({ days, renew_before_days: before }) => before < days, {
    path: ['renew_before_days'],
    message: 'must be less than days\nOtherwise every run would issue a new one.',
  })
  .refine(({ usages, dns, ip }) => !usages.includes('server') || dns.length + ip.length > 0, {
    path: ['usages'],
    message:
      'must not contain server without dns or ip: clients look for the name of a server only there\nAdd dns: with the names that clients use, or ip: with the addresses.',
  });

type Arguments = z.infer<typeof schema>;

const anywhere = defineModule<Arguments>({
  name: 'certificate',
  summary:
    'Issue a certificate and its key by an authority. A new one is issued if the certificate no longer matches the task, or ends soon.',
  arguments: schema,
  examples: [
    'certificate: { path: "{{pki_dir}}/hosts/web1", name: server, authority: { path: "{{pki_dir}}", name: ca }, common_name: web1, dns: [web1, web1.example.org], usages: [server] }',
    'certificate: { path: /srv/pki, name: admin, authority: { path: /srv/pki, name: kubernetes-ca }, common_name: admin, organization: ["system:masters"], usages: [client] }',
  ],
  observes: (args) =>
    [certificatePath(args), keyPath(args), authorityCertificatePath(args), authorityKeyPath(args)].map(wholeFile),
  plan(args, _loaded, seen, context) {
    const certificate = readContents(certificatePath(args), seen);
    const key = readSecret(keyPath(args), seen, context);
    const authority = readContents(authorityCertificatePath(args), seen);
    const authorityKey = readSecret(authorityKeyPath(args), seen, context);
    for (const held of [certificate, key, authority]) if (held.kind === 'blocked') return held.impossible;
    if (authority.kind === 'absent') return noAuthority(args, authorityCertificatePath(args));
    if (certificate.kind === 'to_come' || key.kind === 'to_come')
      return { kind: 'in_sync', result: planned(args, authority) };
    const files = { certificate, key, authority, authorityKey };
    if (authority.kind !== 'text') return issue(args, files, toBeMade('its authority is still to be made'), context);
    const check = whyIssue(args, files, authority.text, context);
    if (check.kind === 'impossible') return check;
    if (check.reasons.length > 0) return issue(args, files, check.reasons, context);
    if (certificate.kind !== 'text' || key.kind !== 'text')
      throw new Error('a certificate in order has a text and a key');
    const inSync = {
      kind: 'in_sync',
      result: result(args, certificate.text, Secret.of(key.text), authority.text),
    } as const;
    return safelyKept(inSync, keyPath(args), args.recipients, { seen, context });
  },
});

export const module = inOwnFolders(anywhere, (args) => [certificatePath(args), keyPath(args)]);

/** An argument that holds checked names of one sort. */
function names(sort: 'dns' | 'ip'): z.ZodType<readonly AlternativeName[]> {
  return textList()
    .default([])
    .transform((texts, context): readonly AlternativeName[] => {
      try {
        return parseAlternativeNames(texts.map((text) => Names.parse(`${sort.toUpperCase()}:${text}`)).map(String));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const wrong = texts.find((text) => !isName(sort, text)) ?? '';
        context.addIssue({
          code: 'custom',
          message: `must contain ${sort === 'dns' ? 'DNS names' : 'IP addresses'}: "${wrong}" is not one\n${error.why ?? ''}`,
        });
        return z.NEVER;
      }
    });
}

function isName(sort: 'dns' | 'ip', text: string): boolean {
  try {
    return Names.parse(`${sort.toUpperCase()}:${text}`).kind === sort;
  } catch {
    return false;
  }
}

/** The contents of the files of a certificate and of its authority. */
interface Files {
  readonly certificate: FileContents;
  readonly key: FileContents;
  readonly authority: FileContents;
  readonly authorityKey: FileContents;
}

function whyIssue(
  args: Arguments,
  { certificate, key }: Files,
  authorityPem: string,
  context: Context,
): { readonly kind: 'checked'; readonly reasons: readonly string[] } | Impossible {
  try {
    const reasons = needsIssuing({
      wanted: wanted(args),
      certificatePem: certificate.kind === 'text' ? certificate.text : undefined,
      privateKeyPem: key.kind === 'text' ? key.text : undefined,
      authorityPem,
      now: context.now,
      renewBeforeDays: args.renew_before_days,
    });
    return { kind: 'checked', reasons };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const where = error.code === 'unreadable-certificate' ? `${authorityCertificatePath(args)}: ` : '';
    return {
      kind: 'impossible',
      what: `${where}${error.what}`,
      ...(error.why === undefined ? {} : { why: error.why }),
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    };
  }
}

/**
 * Sentences with the reasons for a new certificate. Unknown if the authority, on which they depend, is still to be
 * made.
 */
type Reasons = readonly string[] | Unknown;

function issue(args: Arguments, files: Files, reasons: Reasons, context: Context): Outcome {
  const { certificate, key, authority, authorityKey } = files;
  if (authorityKey.kind === 'blocked') return authorityKey.impossible;
  if (authorityKey.kind === 'absent') return noAuthority(args, authorityKeyPath(args));
  return {
    kind: 'change',
    differences: differences(args, certificate, key, reasons),
    certainty: 'certain',
    predictions: [written(keyPath(args)), written(certificatePath(args), 'public')],
    touches: 'predicted',
    async apply() {
      if (authority.kind !== 'text' || authorityKey.kind !== 'text')
        throw new Error('a certificate is issued only under an authority that is there');
      const issued = await issueCertificate(
        wanted(args),
        { certificatePem: authority.text, privateKeyPem: authorityKey.text },
        { now: context.now },
      );
      const newKey = Secret.of(issued.privateKeyPem);
      // The key is written first: if the certificate does not belong to it, the next run issues both again.
      return applyFiles(
        [
          {
            path: keyPath(args),
            content: await sealed(newKey, args.recipients, context),
            replaces: key.kind !== 'absent',
          },
          {
            path: certificatePath(args),
            content: issued.certificatePem,
            audience: 'public',
            replaces: certificate.kind !== 'absent',
          },
        ],
        context,
        result(args, issued.certificatePem, newKey, authority.text),
      );
    },
    planned: planned(args, authority),
  };
}

function differences(
  args: Arguments,
  certificate: FileContents,
  key: FileContents,
  reasons: Reasons,
): readonly Difference[] {
  const { subject, alternativeNames, usage } = wanted(args);
  const text = [
    formatName(subjectAttributes(subject)),
    usage,
    ...alternativeNames.map(String),
    `${args.days} days`,
    `by ${args.authority.name}`,
  ].join(', ');
  return [
    {
      kind: 'field',
      of: certificatePath(args),
      field: 'certificate',
      before: certificate.kind === 'absent' ? null : reasons,
      after: text,
    },
    {
      kind: 'field',
      of: keyPath(args),
      field: 'private key',
      before: key.kind === 'absent' ? null : 'the present one',
      after: newKey(args),
    },
  ];
}

function noAuthority(args: Arguments, path: string): Impossible {
  return {
    kind: 'impossible',
    what: `the authority "${args.authority.name}" cannot issue a certificate, as there is no ${path}`,
    remedy:
      'Make the authority first, with certificate_authority, or bring back its files. With --tags, include the task that makes the authority.',
  };
}

function result(args: Arguments, certificate: string, key: Secret, authority: string): ValueMap {
  const { notAfter, fingerprint } = inspectCertificate(certificate);
  return { path: certificatePath(args), certificate, key, authority, not_after: notAfter.toISOString(), fingerprint };
}

function planned(args: Arguments, authority: FileContents): ValueMap {
  const certificate = toBeMade(`the certificate "${args.name}" still to be issued`);
  return {
    path: certificatePath(args),
    certificate,
    key: toBeMade(`the key of the certificate "${args.name}" still to be made`),
    authority:
      authority.kind === 'text'
        ? authority.text
        : new Unknown(`the authority "${args.authority.name}" still to be made`, true),
    not_after: certificate,
    fingerprint: certificate,
  };
}

function wanted(args: Arguments): CertificateRequest {
  return {
    subject: { commonName: args.common_name, organizations: args.organization },
    alternativeNames: [...args.dns, ...args.ip],
    usage: usageOf(args.usages),
    algorithm: keyWish(args),
    days: args.days,
  };
}

function usageOf(usages: Arguments['usages']): CertificateUsage {
  if (usages.includes('server')) return usages.includes('client') ? 'peer' : 'server';
  return 'client';
}

function certificatePath(args: Arguments): string {
  return `${args.path}/${args.name}.crt`;
}

function keyPath(args: Arguments): string {
  return `${args.path}/${args.name}.key`;
}

function authorityCertificatePath({ authority }: Arguments): string {
  return `${authority.path}/${authority.name}.crt`;
}

function authorityKeyPath({ authority }: Arguments): string {
  return `${authority.path}/${authority.name}.key`;
}
