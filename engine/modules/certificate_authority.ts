import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type AuthorityRequest, createAuthority } from '../pki/authority.ts';
import { formatName, sameName, subjectAttributes } from '../pki/distinguished-name.ts';
import { inspectCertificate, readCertificate } from '../pki/inspect.ts';
import { authorityNeedsIssuing } from '../pki/needs-issuing.ts';
import type { Seen } from '../resources/base/resource.ts';
import { probe } from '../resources/probe.ts';
import { Secret } from '../values/base/secret.ts';
import type { Unknown, ValueMap } from '../values/base/value.ts';
import { filledText, textList, wholeNumber } from './base/arguments.ts';
import { type Context, type Effect, type Impossible, type Outcome, defineModule } from './base/module.ts';
import {
  applyFiles,
  baseName,
  readSiblings,
  folder,
  readContents,
  toBeMade,
  wholeFile,
  withSiblings,
  written,
  inOwnFolders,
} from './pki/pki-files.ts';
import { KEYS_DISAGREE, keyArguments, keysAgree, keyWish, newKey } from './pki/pki-keys.ts';
import { recipients, safelyKept, sealed, readSecret } from './pki/sealed-keys.ts';

/** Each run warns of the end of an authority during this number of days before it, because a renewal takes planning. */
const WARN_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

const ROTATE =
  'Every certificate under it depends on it. Replace it with the playbook rotate-ca, or bring back the files that belong together.';

const schema = z
  .strictObject({
    path: folder().describe('The folder of the files NAME.crt and NAME.key. A missing folder is made, with mode 0700.'),
    name: baseName().describe('The first part of the names of the files.'),
    common_name: filledText().describe('The common name of the authority. Certificates name their issuer by it.'),
    organization: textList().default([]).describe('Organizations of the subject.'),
    days: wholeNumber({ min: 1, max: 36500 })
      .default(3650)
      .describe('The lifetime in days. It has an effect only when the authority is made.'),
    recipients: recipients(),
    ...keyArguments,
    beside: z
      .array(folder())
      .default([])
      .describe(
        'Folders with further authorities of this name, during a rotation. `trust` in the result has the certificates of all of them.',
      ),
  })
  .refine(keysAgree, KEYS_DISAGREE);

type Arguments = z.infer<typeof schema>;

const anywhere = defineModule<Arguments>({
  name: 'certificate_authority',
  summary: 'Make a certificate authority if there is none; an existing one is never replaced.',
  arguments: schema,
  examples: [
    'certificate_authority: { path: "{{pki_dir}}", name: kubernetes-ca, common_name: kubernetes-ca }',
    'certificate_authority: { path: /srv/pki, name: etcd-ca, common_name: etcd-ca, days: 3650, key_type: rsa, key_size: 4096 }',
  ],
  observes: (args) => [
    wholeFile(certificatePath(args)),
    wholeFile(keyPath(args)),
    ...besidePaths(args).map(wholeFile),
    issuedBeneath(args),
  ],
  plan(args, _loaded, seen, context) {
    const certificate = readContents(certificatePath(args), seen);
    const key = readSecret(keyPath(args), seen, context);
    if (certificate.kind === 'blocked') return certificate.impossible;
    if (key.kind === 'blocked') return key.impossible;
    const beside = readSiblings(besidePaths(args), seen);
    if ('kind' in beside) return beside;
    if (certificate.kind === 'to_come' || key.kind === 'to_come') return { kind: 'in_sync', result: planned(args) };
    if (certificate.kind === 'absent' && key.kind === 'absent') return lost(args, seen) ?? make(args, beside, context);
    if (certificate.kind === 'absent' || key.kind === 'absent') {
      const [there, missing] =
        certificate.kind === 'absent' ? [keyPath(args), certificatePath(args)] : [certificatePath(args), keyPath(args)];
      return {
        kind: 'impossible',
        what: `the authority "${args.name}" is incomplete`,
        why: `There is ${there}, but no ${missing}.`,
        remedy: ROTATE,
      };
    }
    const reasons = authorityNeedsIssuing({
      wanted: wanted(args),
      certificatePem: certificate.text,
      privateKeyPem: key.text,
      now: context.now,
      renewBeforeDays: 0,
    });
    if (reasons.length > 0) {
      return {
        kind: 'impossible',
        what: `the authority "${args.name}" in ${args.path} does not match the task, and is never replaced`,
        why: reasons.join('\n'),
        remedy: ROTATE,
      };
    }
    const effects = endsSoon(args, certificate.text, context.now);
    const inSync = {
      kind: 'in_sync',
      result: result(args, certificate.text, Secret.of(key.text), beside),
      effects,
    } as const;
    return safelyKept(inSync, keyPath(args), args.recipients, { seen, context });
  },
});

export const module = inOwnFolders(anywhere, (args) => [certificatePath(args), keyPath(args)]);

function make(args: Arguments, beside: readonly (string | Unknown)[], context: Context): Outcome {
  return {
    kind: 'change',
    differences: [
      {
        kind: 'field',
        of: certificatePath(args),
        field: 'authority',
        before: null,
        after: `${formatName(subjectAttributes(subject(args)))}, for ${args.days} days`,
      },
      { kind: 'field', of: keyPath(args), field: 'private key', before: null, after: newKey(args) },
    ],
    certainty: 'certain',
    predictions: [written(keyPath(args)), written(certificatePath(args), 'public')],
    touches: 'predicted',
    async apply() {
      const issued = await createAuthority(wanted(args), { now: context.now });
      const key = Secret.of(issued.privateKeyPem);
      return applyFiles(
        [
          { path: keyPath(args), content: await sealed(key, args.recipients, context), replaces: false },
          { path: certificatePath(args), content: issued.certificatePem, audience: 'public', replaces: false },
        ],
        context,
        { ...result(args, issued.certificatePem, key, beside), warnings: inClear(args) },
      );
    },
    planned: { ...planned(args), warnings: inClear(args) },
  };
}

/**
 * Returns the warning about a key that is not encrypted. It is shown only when the key is made; later the operator may
 * have moved it.
 */
function inClear(args: Arguments): readonly string[] {
  if (args.recipients.length > 0) return [];
  return [
    `The key of the authority "${args.name}" is not encrypted in ${keyPath(args)}: everybody who can read the file can issue certificates that everybody trusts. \`runbook vault keygen\` makes an identity; name its age1… in recipients (pki_recipients of the role pki), and this key and all others are encrypted at the next run`,
  ];
}

/**
 * Prints the certificates beneath the folder, but only if both files of the authority are missing: then a new authority
 * must not be made silently.
 */
function issuedBeneath(args: Arguments): ReturnType<typeof probe> {
  return probe(
    `[ -e ${quote(certificatePath(args))} ] || [ -e ${quote(keyPath(args))} ] || ! [ -d ${quote(args.path)} ] || find ${quote(args.path)} -type f -name '*.crt' -exec cat {} + 2>/dev/null | head -c 524288`,
  );
}

/**
 * Returns the problem that certificates of this issuer exist without the issuer: its files were lost, or the folder is
 * the wrong one. Undefined if there are none.
 */
function lost(args: Arguments, seen: Seen): Impossible | undefined {
  const text = seen.of(issuedBeneath(args)).stdout?.toString('utf8') ?? '';
  const issuer = subjectAttributes(subject(args));
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const issued = blocks.filter((pem) => {
    try {
      const { der } = readCertificate(pem);
      return sameName(der.issuer, issuer) && !sameName(der.subject, issuer);
    } catch {
      return false;
    }
  });
  if (issued.length === 0) return undefined;
  return {
    kind: 'impossible',
    what: `the authority "${args.name}" is gone from ${args.path}, but certificates that it issued still exist`,
    why: `${issued.length} of the certificates beneath ${args.path} name ${formatName(issuer)} as their issuer.`,
    remedy: `Bring back ${certificatePath(args)} and ${keyPath(args)}. To start with a new authority, remove those certificates first.`,
  };
}

function endsSoon(args: Arguments, pem: string, now: Date): readonly Effect[] {
  const { notAfter } = inspectCertificate(pem);
  const days = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
  if (days > WARN_DAYS) return [];
  return [
    {
      kind: 'message',
      text: `The authority "${args.name}" ends on ${notAfter.toISOString()}, in ${days} days. No certificate under it lasts longer: plan its rotation.`,
    },
  ];
}

function result(args: Arguments, certificate: string, key: Secret, beside: readonly (string | Unknown)[]): ValueMap {
  const trust = withSiblings(certificate, beside);
  const { notAfter, fingerprint } = inspectCertificate(certificate);
  return {
    path: certificatePath(args),
    certificate,
    key,
    authority: certificate,
    trust,
    not_after: notAfter.toISOString(),
    fingerprint,
  };
}

function planned(args: Arguments): ValueMap {
  const certificate = toBeMade(`the authority "${args.name}" still to be made`);
  const key = toBeMade(`the key of the authority "${args.name}" still to be made`);
  return {
    path: certificatePath(args),
    certificate,
    key,
    authority: certificate,
    trust: certificate,
    not_after: certificate,
    fingerprint: certificate,
  };
}

function wanted(args: Arguments): AuthorityRequest {
  return { subject: subject(args), algorithm: keyWish(args), days: args.days };
}

function subject(args: Arguments): AuthorityRequest['subject'] {
  return { commonName: args.common_name, organizations: args.organization };
}

function certificatePath(args: Arguments): string {
  return `${args.path}/${args.name}.crt`;
}

function besidePaths(args: Arguments): readonly string[] {
  return args.beside.map((path) => `${path}/${args.name}.crt`);
}

function keyPath(args: Arguments): string {
  return `${args.path}/${args.name}.key`;
}
