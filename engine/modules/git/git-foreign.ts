import { type ForeignArgument, idleAs } from '../../values/habits/foreign-argument.ts';

/** Arguments of Ansible's module git that this module does not have. */
export const foreignGitArguments: Readonly<Record<string, ForeignArgument>> = {
  bare: idleAs([false], 'Write check: test -d PATH/refs, and apply: git clone --mirror ADDRESS PATH.'),
  archive: idleAs(
    [null],
    'Check out, then write command: { cmd: git archive -o FILE HEAD, chdir: DEST, creates: FILE }.',
  ),
  archive_prefix: idleAs([null], 'Check out, then write command: git archive --prefix=PREFIX/ -o FILE HEAD.'),
  executable: 'Leave it out: git is found by PATH, which environment: { PATH: … } of the task sets.',
  gpg_allowlist: 'Write check: git -C DEST verify-commit HEAD in a task after this one.',
  gpg_whitelist: 'Write check: git -C DEST verify-commit HEAD in a task after this one.',
  verify_commit: idleAs([false], 'Write check: git -C DEST verify-commit HEAD in a task after this one.'),
  refspec: 'Give version: a branch, a tag or a whole commit is fetched wherever the server has it.',
  separate_git_dir: 'Leave it out: the repository is in .git of dest.',
  track_submodules: idleAs([false], 'Write command: { cmd: git submodule update --remote, chdir: DEST }.'),
};
