import { nameOf } from '../../resources/file/file-state.ts';

export const ALGORITHMS = ['sha256', 'sha512', 'sha384', 'sha224', 'sha1', 'md5'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const DIGITS: Readonly<Record<Algorithm, number>> = {
  sha256: 64,
  sha512: 128,
  sha384: 96,
  sha224: 56,
  sha1: 40,
  md5: 32,
};

/** A checksum in the form `ALGORITHM:DIGEST` or `ALGORITHM:URL`. */
export interface Checksum {
  readonly algorithm: Algorithm;
  readonly digest: string | undefined;
  readonly url: string | undefined;
}

/** Reads `ALGORITHM:DIGEST` or `ALGORITHM:URL`. Returns undefined for any other text. */
export function readChecksum(text: string): Checksum | undefined {
  const [, name = '', rest = ''] = /^([a-z0-9]+):(\S+)$/i.exec(text.trim()) ?? [];
  const algorithm = ALGORITHMS.find((one) => one === name.toLowerCase());
  if (algorithm === undefined) return undefined;
  if (isDigest(rest, algorithm)) return { algorithm, digest: rest.toLowerCase(), url: undefined };
  return /^(?:https?|ftp|file):\/\/\S+$/.test(rest) ? { algorithm, digest: undefined, url: rest } : undefined;
}

function isDigest(text: string, algorithm: Algorithm): boolean {
  return text.length === DIGITS[algorithm] && /^[0-9a-fA-F]+$/.test(text);
}

/**
 * Returns the digest of one file in a list: `DIGEST NAME`, `DIGEST *NAME`, `SHA256 (NAME) = DIGEST`, or only the
 * digest. `path` is the path of the file on its server: among several files with the same name, the file with the
 * folders of that path counts. `fault` is a sentence if there is no digest, or more than one.
 */
export function digestInList(
  list: string,
  algorithm: Algorithm,
  path: string,
): { readonly digest: string } | { readonly fault: string } {
  const entries = list.split(/\r?\n/).flatMap((line) => entryOf(line.trim(), algorithm));
  const name = nameOf(path);
  const named = entries.filter((entry) => entry.name !== undefined && nameOf(entry.name) === name);
  const exact = named.filter((entry) => `/${path}`.endsWith(`/${(entry.name ?? '').replace(/^(?:\.?\/)+/, '')}`));
  const alone = entries.filter((entry) => entry.name === undefined);
  const chosen = exact.length > 0 ? exact : named.length > 0 ? named : entries.length === 1 ? alone : [];
  const digests = new Set(chosen.map(({ digest }) => digest));
  const [digest] = digests;
  if (digest === undefined) return { fault: `the list of digests has none of ${algorithm} for ${name}` };
  return digests.size === 1
    ? { digest }
    : { fault: `the list of digests has ${digests.size} of ${algorithm} for ${name}` };
}

interface Entry {
  readonly digest: string;
  readonly name: string | undefined;
}

function entryOf(line: string, algorithm: Algorithm): readonly Entry[] {
  const [, tag = '', tagged, bsd = ''] = /^([A-Za-z0-9-]+) ?\((.+)\) ?= ?([0-9a-fA-F]+)$/.exec(line) ?? [];
  if (tagged !== undefined)
    return tag.toLowerCase().replace('-', '') === algorithm && isDigest(bsd, algorithm)
      ? [{ digest: bsd.toLowerCase(), name: tagged }]
      : [];
  const [, first = '', name] = /^([0-9a-fA-F]+)(?:\s+[*]?(\S.*))?$/.exec(line) ?? [];
  return isDigest(first, algorithm) ? [{ digest: first.toLowerCase(), name }] : [];
}
