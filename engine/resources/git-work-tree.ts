import { quote } from '../connection/base/quote.ts';
import { printRecords, statesByIndex } from './base/records.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { isBeneath, parentOf } from './file/file-state.ts';
import { packages } from './package.ts';

/** The checkout of a Git repository at a path. The id is the path. */
export type GitWorkTree =
  /** The path has no `.git`. */
  | { readonly kind: 'none' }
  /** The path has `.git`, but the host has no program git. */
  | { readonly kind: 'no_git' }
  /** git refuses to read the checkout. `why` is the message of git. */
  | { readonly kind: 'refused'; readonly why: string }
  | GitCheckout;

export interface GitCheckout {
  readonly kind: 'checkout';
  /** The commit that is checked out. Undefined if there is none, or if a prediction does not know it. */
  readonly commit: string | undefined;
  /** The addresses of the remotes by name. User names and passwords in them are masked. */
  readonly remotes: Readonly<Record<string, string>>;
  /** Files under version control that differ from the commit. Undefined in a prediction: not known. */
  readonly modified: readonly string[] | undefined;
  /**
   * True if each submodule exists and is at the commit that the checkout names. Undefined in a prediction: not known.
   */
  readonly hasSubmodules: boolean | undefined;
}

/** Uses one process of git for the state, one for the addresses, and one more if there is a file of submodules. */
const workTrees: ResourceKind<undefined, GitWorkTree> = {
  name: 'git_work_tree',
  treeOf: (id) => id,
  observe: (requests) =>
    printRecords(requests.map(({ id }, index) => `printf %s "\${b}t${index}:"\n${look(id)}`).join('\n')),
  decode: (output, requests) => statesByIndex(output, requests, decode),
  merge: () => undefined,
  disagreement,
  after,
};

/** Asks for the Git checkout at an absolute path. */
export function gitWorkTree(path: string): Request<undefined, GitWorkTree> {
  return request(workTrees, path, undefined);
}

/**
 * Returns shell text that looks at one path. git writes nothing (`GIT_OPTIONAL_LOCKS`), starts no file system monitor,
 * and does not use a repository above the path (`GIT_CEILING_DIRECTORIES`).
 */
function look(path: string): string {
  return `p=${quote(path)}
if ! [ -e "$p/.git" ]; then printf none
elif ! command -v git >/dev/null 2>&1; then printf 'no git'
else
  (
    GIT_OPTIONAL_LOCKS=0 GIT_CEILING_DIRECTORIES=${quote(parentOf(path))}; export GIT_OPTIONAL_LOCKS GIT_CEILING_DIRECTORIES
    if s=$(cd -- "$p" && git -c core.fsmonitor=false -c core.quotePath=false -c status.aheadBehind=false status --porcelain=v2 --branch --untracked-files=no 2>&1); then
      printf '%s\\n' "$s"
      cd -- "$p" && git config --get-regexp '^remote\\..*\\.url$'
      ! [ -e .gitmodules ] || git submodule status --recursive 2>/dev/null
    else printf 'refused\\n%s' "$s"
    fi
  )
fi`;
}

function decode(text: string): GitWorkTree {
  if (text === 'none') return { kind: 'none' };
  if (text === 'no git') return { kind: 'no_git' };
  if (text.startsWith('refused\n')) return { kind: 'refused', why: text.slice('refused\n'.length).trim() };
  const lines = text.split('\n');
  const commit = valueOf(lines, /^# branch\.oid ([0-9a-f]+)$/);
  const remotes: Record<string, string> = {};
  for (const line of lines) {
    const [, name, url] = /^remote\.([^ ]+)\.url (.*)/.exec(line) ?? [];
    if (name !== undefined && url !== undefined) remotes[name] = withoutAccount(url);
  }
  return {
    kind: 'checkout',
    commit,
    remotes,
    modified: lines.flatMap((line) => modifiedFile(line)),
    hasSubmodules: !lines.some((line) => /^[-+U][0-9a-f]{40}/.test(line)),
  };
}

function valueOf(lines: readonly string[], pattern: RegExp): string | undefined {
  for (const line of lines) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Returns the path in a line of `git status --porcelain=v2`: git-status(1). */
function modifiedFile(line: string): readonly string[] {
  const fields = { '1': 8, '2': 9, u: 10 }[line.slice(0, line.indexOf(' '))];
  if (fields === undefined) return [];
  const path = line.split(' ').slice(fields).join(' ');
  return [path.split('\t')[0] ?? path];
}

/** Masks the user name and password in an address of a host, so that no output can show them. */
function withoutAccount(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, (whole, scheme: string) =>
    /^https?:/i.test(scheme) ? `${scheme}********@` : whole,
  );
}

function disagreement(predicted: GitWorkTree, seen: GitWorkTree): string | undefined {
  if (predicted.kind !== 'checkout') return undefined;
  switch (seen.kind) {
    case 'none':
      return 'holds no checkout';
    case 'no_git':
      return 'cannot be looked at, because git is gone';
    case 'refused':
      return `cannot be looked at: ${seen.why}`;
    case 'checkout':
      break;
  }
  if (predicted.commit !== undefined && predicted.commit !== seen.commit)
    return `is at ${seen.commit ?? 'no commit'}, should be at ${predicted.commit}`;
  for (const [name, url] of Object.entries(predicted.remotes))
    if (seen.remotes[name] !== url) return `has the remote ${name} at ${seen.remotes[name] ?? 'no address'}`;
  return predicted.hasSubmodules === true && seen.hasSubmodules === false
    ? 'has submodules that are not at the commit that it names'
    : undefined;
}

function after(state: GitWorkTree, id: string, effect: Prediction): GitWorkTree | 'stale' | undefined {
  const installed = predictedOf(packages, effect);
  if (installed !== undefined) return state.kind === 'no_git' ? 'stale' : undefined;
  const changed = predictedOf(files, effect);
  if (changed === undefined) return undefined;
  const path = effect.request.id;
  if (isBeneath(id, path)) return changed.type === 'absent' ? { kind: 'none' } : undefined;
  if (path !== id && !isBeneath(path, id)) return undefined;
  if (path === id && changed.type === 'absent') return { kind: 'none' };
  const isOfGit = path === `${id}/.git` || isBeneath(path, `${id}/.git`);
  const isOther = changed.type === 'directory' && changed.changedBeneath === true;
  return state.kind === 'none' && !isOfGit && !isOther ? undefined : 'stale';
}
