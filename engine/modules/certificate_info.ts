import { z } from 'zod';
import { Problem } from '../errors/problem.ts';
import { formatName } from '../pki/distinguished-name.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import type { Seen } from '../resources/base/resource.ts';
import { wholeFile } from '../resources/file.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { pathList } from './base/arguments.ts';
import { type Impossible, type Outcome, defineModule } from './base/module.ts';
import { readContents } from './pki/pki-files.ts';

const schema = z.strictObject({
  paths: pathList().describe('The files of the certificates, in PEM form. A text is split at its commas.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'certificate_info',
  summary:
    'Read certificates of the host. The result has the subject, issuer, names, usages, beginning, end and fingerprint of each certificate, by its path.',
  arguments: schema,
  freeForm: 'paths',
  aliases: { path: 'paths' },
  examples: ['certificate_info: { paths: ["{{pki_dir}}/kubernetes-ca.crt", /etc/etcd/pki/server.crt] }'],
  observes: (args) => args.paths.map(wholeFile),
  plan(args, _loaded, seen): Outcome {
    const certificates: Record<string, ValueMap> = {};
    const unknown: string[] = [];
    for (const path of args.paths) {
      const entry = entryOf(path, seen);
      if ('kind' in entry) return entry;
      certificates[path] = entry.facts;
      if (!entry.isKnown) unknown.push(path);
    }
    if (unknown.length === 0) return { kind: 'in_sync', result: { certificates } };
    return { kind: 'cannot_know', because: writtenInto(shown(unknown)), planned: { certificates } };
  },
});

/** The facts of the file at a path. `isKnown` is false if an earlier change of the plan writes the file. */
interface Entry {
  readonly facts: ValueMap;
  readonly isKnown: boolean;
}

function entryOf(path: string, seen: Seen): Entry | Impossible {
  const held = readContents(path, seen);
  switch (held.kind) {
    case 'blocked':
      return held.impossible;
    case 'to_come':
      return toCome(path);
    case 'absent':
    case 'text':
      if (seen.certainty(wholeFile(path)) === 'after_change') return toCome(path);
      return held.kind === 'absent' ? { facts: { exists: false }, isKnown: true } : factsOf(path, held.text);
  }
}

function factsOf(path: string, pem: string): Entry | Impossible {
  try {
    const { subject, issuer, alternativeNames, extendedKeyUsages, notBefore, notAfter, fingerprint, isAuthority } =
      inspectCertificate(pem);
    const facts = {
      exists: true,
      subject: formatName(subject),
      issuer: formatName(issuer),
      names: alternativeNames.map(({ value }) => value),
      usages: extendedKeyUsages,
      is_authority: isAuthority,
      not_before: notBefore.toISOString(),
      not_after: notAfter.toISOString(),
      fingerprint,
    };
    return { facts, isKnown: true };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      kind: 'impossible',
      what: `${path} is not a certificate`,
      ...(error.why === undefined ? {} : { why: error.why }),
      remedy: 'Name a file with a certificate in PEM form (BEGIN CERTIFICATE). If the file is damaged, remove it.',
    };
  }
}

function toCome(path: string): Entry {
  const value = new Unknown(writtenInto(path), true);
  const names = ['subject', 'issuer', 'names', 'usages', 'is_authority', 'not_before', 'not_after', 'fingerprint'];
  return {
    facts: { exists: true, ...Object.fromEntries(names.map((name) => [name, value])) },
    isKnown: false,
  };
}

/** Returns the first path and the number of the others: a cluster has dozens of certificates. */
function shown([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  return others.length === 1 ? `${first} and one other file` : `${first} and ${others.length} other files`;
}

function writtenInto(paths: string): string {
  return `what an earlier change writes into ${paths}`;
}
