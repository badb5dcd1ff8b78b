import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { refuseUncommitted, refuseUnkept } from '../../../engine/cli/convert/git-state.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function git(folder: string, ...args: readonly string[]): void {
  const settings = ['user.name=a', 'user.email=a@b'].flatMap((one) => ['-c', one]);
  execFileSync('git', [...settings, ...args], { cwd: folder, stdio: 'pipe' });
}

/** A repository in which `site.yml` is committed. */
function repository(files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder('runbook-git-');
  write(root, { 'site.yml': 'a: b\n', ...files });
  git(root, 'init', '-q');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'a');
  return root;
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

beforeEach(() => {
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  return () => vi.unstubAllEnvs();
});

const HIDDEN: readonly (readonly [what: string, hide: (root: string) => string, told: string])[] = [
  [
    'a file that the settings of the user hide',
    (root) => {
      git(root, 'config', 'status.showUntrackedFiles', 'no');
      write(root, { 'new.yml': 'a: b\n' });
      return 'new.yml';
    },
    'has changes that are not committed',
  ],
  [
    'a file that Git ignores',
    (root) => {
      write(root, { '.git/info/exclude': 'new.yml\n', 'new.yml': 'a: b\n' });
      return 'new.yml';
    },
    'new.yml would be changed, and Git ignores it',
  ],
  ...['skip-worktree', 'assume-unchanged'].map(
    (flag) =>
      [
        `a file with ${flag}`,
        (root: string): string => {
          git(root, 'update-index', `--${flag}`, 'site.yml');
          appendFileSync(join(root, 'site.yml'), 'c: d\n');
          return 'site.yml';
        },
        'site.yml would be changed, and Git does not look at its changes',
      ] as const,
  ),
  [
    'a file of a repository within the repository',
    (root) => {
      write(root, { '.git/info/exclude': 'inner\n', 'inner/new.yml': 'a: b\n' });
      git(join(root, 'inner'), 'init', '-q');
      return 'inner/new.yml';
    },
    'inner has changes that are not committed',
  ],
];

test.each(HIDDEN)('%s is not changed', async (_what, hide, told) => {
  const root = repository();
  const file = hide(root);
  const asked = refuseUncommitted({ root, name: 'p' }).then(() => refuseUnkept(root, [file]));
  await expect(asked).rejects.toThrow(told);
});

test('a file of a submodule is asked of the submodule', async () => {
  const root = repository();
  const other = repository({ 'main.yml': 'a: b\n' });
  git(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other, 'roles');
  git(root, 'commit', '-qm', 'b');
  await refuseUncommitted({ root, name: 'p' });
  await refuseUnkept(root, ['site.yml', 'roles/main.yml']);
});

test.each([
  ['a folder', undefined],
  ['one file', 'site.yml'],
])('%s that Git keeps is changed, whatever repository a hook of Git names', async (_what, only) => {
  const root = repository();
  const other = repository({ 'x.yml': 'a: b\n' });
  write(other, { 'x.yml': 'b: c\n' });
  vi.stubEnv('GIT_DIR', join(other, '.git'));
  vi.stubEnv('GIT_WORK_TREE', other);
  await refuseUncommitted({ root, only, name: 'p' });
  await refuseUnkept(root, ['site.yml']);
});

test('one file may be changed beside others with changes, and its name is no pattern', async () => {
  const root = repository({ 'a*.yml': 'a: b\n', 'ab.yml': 'a: b\n' });
  write(root, { 'ab.yml': 'b: c\n' });
  await refuseUncommitted({ root, only: 'a*.yml', name: 'a*.yml' });
});

test('no program of the repository runs: no filter, no hook, no monitor', async () => {
  const root = repository({ '.gitattributes': '*.yml filter=evil\n' });
  const ran = join(root, '.git', 'ran');
  git(root, 'config', 'filter.evil.clean', `touch ${ran}; cat`);
  git(root, 'config', 'filter.evil.required', 'true');
  git(root, 'config', 'core.fsmonitor', `touch ${ran}; :`);
  write(root, { '.git/hooks/post-index-change': `#!/bin/sh\ntouch ${ran}\n` });
  chmodSync(join(root, '.git/hooks/post-index-change'), 0o755);
  // Git reads a file again if its time has changed.
  utimesSync(join(root, 'site.yml'), 1, 1);
  await refuseUncommitted({ root, name: 'p' });
  await refuseUnkept(root, ['site.yml']);
  expect(existsSync(ran)).toBe(false);
});

test('a folder of the project that looks like a bare repository is none', async () => {
  const root = temporaryFolder('runbook-git-');
  git(root, 'init', '-q', '--bare');
  git(root, 'config', 'core.bare', 'false');
  git(root, 'config', 'core.worktree', root);
  expect(readdirSync(root)).toContain('HEAD');
  await expect(refuseUncommitted({ root, name: 'p' })).rejects.toMatchObject({ code: 'git-failed' });
});

test('no repository, and no Git, are told apart', async () => {
  const root = temporaryFolder('runbook-git-');
  await expect(refuseUncommitted({ root, name: 'p' })).rejects.toThrow('p is not in a Git repository');
  vi.stubEnv('PATH', root);
  await expect(refuseUncommitted({ root, name: 'p' })).rejects.toMatchObject({
    message: 'Git cannot say whether it has the content of p',
    why: 'There is no program git on the PATH.',
  });
});
