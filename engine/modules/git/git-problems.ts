import type { Impossible } from '../base/module.ts';

/**
 * Returns the problem of a checkout in a folder in which other users can change names. `folder` is that folder, `owner`
 * the user that the remedy names.
 */
export function foreignFolder(dest: string, folder: string, owner = 'USER'): Impossible {
  return {
    kind: 'impossible',
    what: `another user can change the way to ${dest}`,
    why: `Other users can change names in ${folder}, or above it: git could be made to write elsewhere, or to run commands of theirs.`,
    remedy: `Check it out as the owner of the folder: become_user: ${owner}. If this user is trusted like root, set unsafe_path: true.`,
  };
}

/** Returns the problem of a checkout that git refuses to look into. `why` is the message of git. */
export function refused(dest: string, why: string): Impossible {
  const isForeign = /dubious ownership|unsafe repository/.test(why);
  return {
    kind: 'impossible',
    what: isForeign ? `git does not look into ${dest}, which belongs to another user` : `git cannot look into ${dest}`,
    why: why.split('\n')[0] ?? '',
    remedy: isForeign
      ? 'Run the task as the owner of the checkout: become_user: USER.'
      : 'Repair the checkout, or remove it with a task before this one: file: { path: …, state: absent }.',
  };
}

/**
 * Returns the problem of a checkout with local changes, which the task would have to discard. `modified` are the
 * changed files.
 */
export function locallyChanged(dest: string, modified: readonly string[]): Impossible {
  return {
    kind: 'impossible',
    what: `${dest} has local changes in ${listed(modified)}`,
    remedy: 'Commit or remove them, or set force: true to discard them.',
  };
}

/** Returns the first three files, and the number of the others: `a, b, c and 2 more`. */
export function listed(files: readonly string[]): string {
  const more = files.length - 3;
  return `${files.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Returns the problem of a repository that has no branch and no tag with the name of the version, or no commit at all.
 */
export function noVersion(url: string, version: string): Impossible {
  return version === 'HEAD'
    ? { kind: 'impossible', what: `${url} has no commit`, remedy: 'Push a commit, or give version.' }
    : {
        kind: 'impossible',
        what: `${url} has no branch and no tag ${version}`,
        remedy: 'Write version as git ls-remote shows it, or a whole commit.',
      };
}

/**
 * Returns the problem of a repository that git cannot reach. `words` is the message of git, from which the remedy
 * follows.
 */
export function unreachable(url: string, words: string): Impossible {
  return {
    kind: 'impossible',
    what: `git cannot reach ${url}`,
    why: words
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 3)
      .join(' '),
    remedy: /host key verification failed/i.test(words)
      ? 'Bring the key of the server with a task before this one (known_hosts), or set accept_newhostkey: true.'
      : /permission denied|could not read (?:username|password)|authentication failed/i.test(words)
        ? 'Give key_file for SSH, or a user name and password in an HTTP address: https://USER:{{password}}@host/path.'
        : 'Correct repo, or make the host reach it: as the user of the task, git ls-remote must work.',
  };
}
