import { quote } from '../../connection/base/quote.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { digestLarge } from '../../resources/file/large-digest.ts';
import { type ProbeDetail, type ProbeState, probe } from '../../resources/probe.ts';
import { revealed } from '../../values/base/revealed.ts';
import { ownScript } from '../base/own-script.ts';
import { type Algorithm, type Checksum, digestInList } from './digest-list.ts';
import { type HttpRequest, downloadScript } from './http-request.ts';

type Question = Request<ProbeDetail, ProbeState>;

/** The wanted content of the downloaded file. */
export type WantedContent =
  /** Any content, also that of an existing file. */
  | { readonly kind: 'any' }
  | { readonly kind: 'digest'; readonly algorithm: Algorithm; readonly digest: string }
  /** The present content of the URL. */
  | { readonly kind: 'latest'; readonly sha256: string | undefined }
  | { readonly kind: 'failure'; readonly what: string; readonly isOpen: boolean };

/** Returns the request for the list of digests, if the checksum names a list. */
export function listQuestion(
  checksum: Checksum | undefined,
  request: HttpRequest,
  preamble: string,
): readonly Question[] {
  return checksum?.url === undefined
    ? []
    : [probe(ownScript(downloadScript({ ...request, url: checksum.url }, '-'), preamble))];
}

/** Returns the request for the digest of a file, if the request for the file does not bring it. */
export function digestOfFile(checksum: Checksum | undefined, path: string): readonly Question[] {
  if (checksum === undefined || checksum.algorithm === 'sha256') return [];
  return [probe(`p=${quote(path)}; [ -f "$p" ] || exit 0; ${checksum.algorithm}sum <"$p"`)];
}

/** Returns the request for the digest of the content at the URL, if a file exists that it may replace. */
export function latestQuestion(paths: readonly string[], request: HttpRequest, preamble: string): readonly Question[] {
  const any = paths.map((path) => `[ -f ${quote(path)} ]`).join(' || ');
  const script = `${any} || exit 0
{ { ${downloadScript(request, '-')}
echo "status $?" >&3; } | { set --; ${digestLarge('s', '"$@"')}; echo "digest $s" >&3; }; } 3>&1`;
  return [probe(ownScript(script, preamble))];
}

export interface Download {
  readonly checksum: Checksum | undefined;
  readonly force: boolean;
  readonly request: HttpRequest;
  readonly paths: readonly string[];
  readonly preamble: string;
}

/**
 * Returns the wanted content of a download, from the checksum of the task or from the answers in `seen`: a digest, the
 * present content of the URL, any content, or the reason why the digest is not known.
 */
export function wantedContent({ checksum, force, request, paths, preamble }: Download, seen: Seen): WantedContent {
  if (checksum === undefined) return force ? latest(latestQuestion(paths, request, preamble), seen) : { kind: 'any' };
  const { algorithm, digest } = checksum;
  if (digest !== undefined) return { kind: 'digest', algorithm, digest };
  const [question] = listQuestion(checksum, request, preamble);
  if (question === undefined) return { kind: 'any' };
  const { status, stdout, stderr } = seen.of(question);
  const isOpen = seen.certainty(question) === 'after_change';
  if (status !== 0 || stdout === undefined)
    return { kind: 'failure', what: `the digest cannot be downloaded: ${stderr?.trim() ?? ''}`, isOpen };
  const path = revealed(request.url)
    .replace(/[?#][^]*$/, '')
    .replace(/^\w+:\/\/[^/]*\//, '');
  const found = digestInList(stdout.toString('utf8'), algorithm, path);
  return 'digest' in found
    ? { kind: 'digest', algorithm, digest: found.digest }
    : { kind: 'failure', what: found.fault, isOpen };
}

function latest([question]: readonly Question[], seen: Seen): WantedContent {
  if (question === undefined) return { kind: 'any' };
  const { stdout, stderr } = seen.of(question);
  const told = stdout?.toString('latin1') ?? '';
  // No file exists that the download may replace.
  if (told === '') return { kind: 'latest', sha256: undefined };
  const status = /^status (\d+)$/m.exec(told)?.[1];
  const digest = /^digest ([0-9a-f]{64})\b/m.exec(told)?.[1];
  if (status === '0' && digest !== undefined) return { kind: 'latest', sha256: digest };
  return {
    kind: 'failure',
    what: `it cannot be downloaded: ${stderr?.trim() ?? ''}`,
    isOpen: seen.certainty(question) === 'after_change',
  };
}

/** Returns whether the file with this SHA-256 digest has the wanted content. */
export function isAsWanted(
  wanted: WantedContent,
  file: { readonly path: string; readonly sha256: string | undefined },
  checksum: Checksum | undefined,
  seen: Seen,
): boolean {
  switch (wanted.kind) {
    case 'any':
      return true;
    case 'latest':
      return wanted.sha256 === file.sha256;
    case 'digest': {
      const [question] = digestOfFile(checksum, file.path);
      if (question === undefined) return file.sha256 === wanted.digest;
      return seen.of(question).stdout?.toString('latin1').startsWith(wanted.digest) === true;
    }
    case 'failure':
      return false;
  }
}

/** Returns shell text that fails if the file at `$t` has another digest. */
export function checkDigest(wanted: WantedContent): readonly string[] {
  if (wanted.kind !== 'digest') return [];
  const { algorithm, digest } = wanted;
  const take = algorithm === 'sha256' ? digestLarge('s', '<"$t"') : `s=$(${algorithm}sum <"$t")`;
  return [
    `${take}; s=\${s%% *}`,
    `if [ "$s" != ${digest} ]; then echo "what came has the digest $s, not ${digest}" >&2; exit 1; fi`,
  ];
}
