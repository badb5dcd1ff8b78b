import { quote } from '../../connection/base/quote.ts';
import { parentOf } from '../../resources/file/file-state.ts';
import type { GitAccount, GitAddress } from './git-address.ts';
import type { GitRef } from './git-version.ts';

/** The settings with which git reaches the remote. */
export interface GitReach {
  readonly address: GitAddress;
  readonly keyFile: string | undefined;
  readonly sshOptions: string | undefined;
  readonly hostKeys: 'known' | 'accept new' | 'accept any';
}

/** Returns shell text that asks the remote for refs, and changes nothing on the host. */
export function askRemote(reach: GitReach, patterns: readonly string[]): string {
  // ssh adds accepted keys to the first file of the list. A look must not write, so the first file is /dev/null.
  const look = '-o UserKnownHostsFile="/dev/null ~/.ssh/known_hosts ~/.ssh/known_hosts2"';
  return `${environment(reach, reach.hostKeys === 'known' ? '' : look)}
${git(reach.address.account)} ls-remote --symref -- ${[reach.address.url, ...patterns].map(quote).join(' ')}`;
}

/**
 * Returns shell text that sets the environment of git: git never asks a person, and uses the key and the options that
 * the task gives. A shell that git starts splits the ssh options into words.
 */
function environment({ address, keyFile, sshOptions, hostKeys }: GitReach, more: string): string {
  const options = [
    '-o BatchMode=yes',
    ...(keyFile === undefined ? [] : [`-i ${quote(keyFile)} -o IdentitiesOnly=yes`]),
    ...(hostKeys === 'known' ? [] : [`-o StrictHostKeyChecking=${hostKeys === 'accept any' ? 'no' : 'accept-new'}`]),
    ...(more === '' ? [] : [more]),
    ...(sshOptions === undefined ? [] : [sshOptions]),
  ];
  const { account } = address;
  return [
    // These variables, from a hook or from the caller, would make git use another repository.
    'unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY',
    'GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=true SSH_ASKPASS=true; export GIT_TERMINAL_PROMPT GIT_ASKPASS SSH_ASKPASS',
    `GIT_SSH_COMMAND="\${GIT_SSH_COMMAND:-ssh} "${quote(options.join(' '))}; export GIT_SSH_COMMAND`,
    ...(account === undefined
      ? []
      : [
          `RUNBOOK_GIT_USER=${quote(account.user)} RUNBOOK_GIT_PASSWORD=${quote(account.password)}; export RUNBOOK_GIT_USER RUNBOOK_GIT_PASSWORD`,
        ]),
  ].join('\n');
}

/**
 * Returns the command git. A credential helper gives the login to the server of the address, and to no other server.
 */
function git(account: GitAccount | undefined): string {
  if (account === undefined) return 'git';
  const helper =
    '!f() { [ "$1" != get ] || printf "username=%s\\npassword=%s\\n" "$RUNBOOK_GIT_USER" "$RUNBOOK_GIT_PASSWORD"; }; f';
  return `git -c credential.helper= -c ${quote(`credential.${account.server}.helper=${helper}`)}`;
}

export interface GitWork {
  readonly dest: string;
  readonly reach: GitReach;
  readonly remote: string;
  readonly is: GitRef;
  /** The commit to check out; undefined if only its first digits are known. */
  readonly commit: string | undefined;
  readonly depth: number | undefined;
  readonly isSingleBranch: boolean;
  readonly hasSubmodules: boolean;
  readonly umask: string | undefined;
}

/**
 * Returns shell text that makes the checkout, or brings it to the commit. The next run can continue after an
 * interruption at any line. For this reason, a new checkout is made by `git init` and a fetch, not by a clone, which
 * would refuse an incomplete folder.
 */
export function checkOut(work: GitWork): string {
  const { dest, reach, remote } = work;
  const command = git(reach.address.account);
  const url = quote(reach.address.url);
  return `set -e
${environment(reach, '')}
${work.umask === undefined ? '' : `umask ${quote(work.umask)}\n`}git() { command ${command} "$@"; }
mkdir -p -- ${quote(dest)}
cd -- ${quote(dest)}
GIT_CEILING_DIRECTORIES=${quote(parentOf(dest))}; export GIT_CEILING_DIRECTORIES
[ -e .git ] || git -c init.defaultBranch=main init -q || { rm -rf -- .git; exit 1; }
if git config ${quote(`remote.${remote}.url`)} >/dev/null; then git remote set-url ${quote(remote)} ${url}
else git remote add ${quote(remote)} ${url}${configuredFetch(work)}
fi
${fetch(work)}
${checkOutCommit(work)}
${submodules(work)}:
`;
}

/** Returns shell text that makes later fetches get only one branch, as after `git clone` with the same options. */
function configuredFetch({ is, remote, depth, isSingleBranch }: GitWork): string {
  if (is.kind !== 'branch' || (depth === undefined && !isSingleBranch)) return '';
  return `; git config ${quote(`remote.${remote}.fetch`)} ${quote(branchSpec(remote, is.name))}`;
}

function branchSpec(remote: string, branch: string): string {
  return `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`;
}

function fetch({ is, commit, remote, depth, isSingleBranch }: GitWork): string {
  // If the task no longer gives a depth, a shallow checkout gets all commits.
  const whole = 'more=; [ ! -e "$(git rev-parse --git-dir)/shallow" ] || more=--unshallow';
  const from = quote(remote);
  if (is.kind === 'detached') {
    const has = `git cat-file -e ${quote(`${commit ?? is.commit}^{commit}`)} 2>/dev/null`;
    // A commit that is on no branch must be fetched by its digest. Most servers allow this.
    return `${has} || { ${whole}; git fetch -q --tags --force $more ${from}; }
${has} || git fetch -q ${from} ${quote(commit ?? is.commit)}`;
  }
  const own = is.kind === 'branch' ? branchSpec(remote, is.name) : `+refs/tags/${is.name}:refs/tags/${is.name}`;
  const isNarrow = depth !== undefined || isSingleBranch;
  const specs = isNarrow ? [own] : [branchSpec(remote, '*'), ...(is.kind === 'branch' ? [] : [own])];
  return `${depth === undefined ? whole : `more="--depth ${depth}"`}
git fetch -q $more ${from} ${specs.map(quote).join(' ')}`;
}

function checkOutCommit({ is, commit, remote, reach }: GitWork): string {
  const wanted = quote(`${commit ?? (is.kind === 'detached' ? is.commit : is.name)}^{commit}`);
  const missing = quote(
    `the commit is not there any more: ${reach.address.url} has changed since it was looked at. Run the playbook again.`,
  );
  const found = `to=$(git rev-parse --verify -q ${wanted}) || { printf '%s\\n' ${missing} >&2; exit 1; }`;
  if (is.kind !== 'branch') return `${found}\ngit checkout -q --force --detach "$to"`;
  return `${found}
git checkout -q --force -B ${quote(is.name)} "$to"
git branch -q --set-upstream-to ${quote(`${remote}/${is.name}`)} ${quote(is.name)}`;
}

function submodules({ hasSubmodules, depth }: GitWork): string {
  if (!hasSubmodules) return '';
  return `if [ -e .gitmodules ]; then
  git submodule -q sync --recursive
  git submodule -q update --init --recursive --force${depth === undefined ? '' : ` --depth ${depth}`}
fi
`;
}
