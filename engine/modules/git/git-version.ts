import type { ProbeState } from '../../resources/probe.ts';

/** The wanted version of a checkout. */
export type GitVersion =
  /** The branch that the remote checks out for a new clone. */
  | { readonly kind: 'head' }
  /** A whole commit. */
  | { readonly kind: 'commit'; readonly commit: string }
  /** A branch or a tag, or the first digits of a commit. */
  | { readonly kind: 'name'; readonly name: string };

/** The answer of the remote for a name. */
export type Found =
  | {
      readonly kind: 'found';
      /** The whole hash of the commit. Undefined if only its first digits are known. */
      readonly commit: string | undefined;
      readonly is: GitRef;
    }
  | { readonly kind: 'missing' };

export type GitRef =
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string }
  | { readonly kind: 'detached'; readonly commit: string };

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const FIRST_DIGITS = /^[0-9a-f]{7,63}$/;

/** Matches what git-check-ref-format(1) accepts, except for names of one character that only git uses. */
export const REF = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)))[^\s\p{Cc}~^:?*[\\]+(?<![/.])$/u;

/**
 * Reads the argument `version`: `HEAD`, a whole commit, or the name of a branch or tag, with or without `refs/heads/`
 * or `refs/tags/`.
 */
export function gitVersion(text: string): GitVersion {
  if (text === 'HEAD') return { kind: 'head' };
  if (COMMIT.test(text)) return { kind: 'commit', commit: text };
  return { kind: 'name', name: text.replace(/^refs\/(?:heads|tags)\//, '') };
}

/** Returns the patterns for `git ls-remote`; undefined if the remote need not be asked. */
export function patternsFor(version: GitVersion): readonly string[] | undefined {
  switch (version.kind) {
    case 'head':
      return ['HEAD'];
    case 'commit':
      return undefined;
    case 'name':
      return [`refs/heads/${version.name}`, `refs/tags/${version.name}`, `refs/tags/${version.name}^{}`];
  }
}

/** Finds the version in the answer of `git ls-remote --symref`. A branch counts before a tag of the same name. */
export function findVersion(version: GitVersion, answer: Pick<ProbeState, 'stdout'>): Found {
  if (version.kind === 'commit')
    return { kind: 'found', commit: version.commit, is: { kind: 'detached', commit: version.commit } };
  const refs = new Map<string, string>();
  for (const line of (answer.stdout?.toString('utf8') ?? '').split('\n')) {
    const [, value, ref] = /^([^\t]+)\t(.+)$/.exec(line) ?? [];
    if (value !== undefined && ref !== undefined) refs.set(value.startsWith('ref: ') ? `symbolic ${ref}` : ref, value);
  }
  return version.kind === 'head' ? findHead(refs) : findName(version.name, refs);
}

function findHead(refs: ReadonlyMap<string, string>): Found {
  const commit = refs.get('HEAD');
  if (commit === undefined) return { kind: 'missing' };
  const branch = /^ref: refs\/heads\/(.+)$/.exec(refs.get('symbolic HEAD') ?? '')?.[1];
  return {
    kind: 'found',
    commit,
    is: branch === undefined ? { kind: 'detached', commit } : { kind: 'branch', name: branch },
  };
}

function findName(name: string, refs: ReadonlyMap<string, string>): Found {
  const branch = refs.get(`refs/heads/${name}`);
  if (branch !== undefined) return { kind: 'found', commit: branch, is: { kind: 'branch', name } };
  // A tag with a message is a separate object; the line with ^{} has its commit.
  const tag = refs.get(`refs/tags/${name}^{}`) ?? refs.get(`refs/tags/${name}`);
  if (tag !== undefined) return { kind: 'found', commit: tag, is: { kind: 'tag', name } };
  if (!FIRST_DIGITS.test(name)) return { kind: 'missing' };
  return { kind: 'found', commit: undefined, is: { kind: 'detached', commit: name } };
}
