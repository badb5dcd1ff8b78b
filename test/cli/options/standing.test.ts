import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Viewpoint, foreignness, projectOf, viewpoint } from '../../../engine/cli/options/standing.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const OWN = process.getuid?.() ?? 0;

afterEach(() => vi.unstubAllEnvs());

/** Makes folders with empty files; a path that ends in a slash is a folder. */
function tree(...paths: readonly string[]): string {
  const root = temporaryFolder('runbook-standing-');
  for (const path of paths) {
    mkdirSync(join(root, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), '');
  }
  return root;
}

test.each<[string, readonly string[], string, string]>([
  ['the top of the repository', ['.git/', 'a/b/p.yml'], 'a/b/p.yml', '.'],
  ['the nearest one', ['.git/', 'a/.git', 'a/b/p.yml'], 'a/b/p.yml', 'a'],
  ['its folder where there is none', ['a/b/p.yml'], 'a/b/p.yml', 'a/b'],
  ['that above playbooks', ['a/playbooks/p.yml'], 'a/playbooks/p.yml', 'a'],
  ['a folder itself', ['a/inventory/hosts'], 'a/inventory', 'a/inventory'],
])('the project of a playbook is %s', (_, paths, file, project) => {
  const root = tree(...paths);
  const folder = join(root, project);
  expect(projectOf(join(root, file))).toEqual({ folder, paths: [folder], isWide: false });
});

const WIDE = [homedir(), tmpdir(), '/tmp', '/var/tmp', '/'];

test('neither a home nor the folder of temporary files is a project', () => {
  const root = tree('playbooks/p.yml');
  expect(projectOf(join(root, 'playbooks/p.yml')).folder).toBe(root);
  for (const wide of WIDE)
    expect(projectOf(join(wide, 'playbooks', 'nothing.yml')).folder).toBe(join(wide, 'playbooks'));
});

test.each(WIDE)('of all the files in %s, a playbook there has itself and the usual folders beside it', (wide) => {
  const { paths, isWide } = projectOf(join(wide, 'nothing.yml'));
  expect(isWide).toBe(true);
  expect(paths).toContain(join(wide, 'nothing.yml'));
  expect(paths).toContain(join(wide, 'group_vars'));
  expect(paths).not.toContain(wide);
});

test('the home of who called sudo is one too', () => {
  const [name = '', , uid = '', , , home = ''] = (
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith('nobody:')) ?? ''
  ).split(':');
  expect(name).toBe('nobody');
  vi.stubEnv('SUDO_UID', uid);
  expect(projectOf(join(home, 'nothing.yml')).isWide).toBe(true);
});

test.each([
  ['is trusted in the home itself', '.', undefined],
  ['is from elsewhere for all that is below', 'a', 'It lies in , and you are in /a.'],
])('a playbook in a home %s', (_, from, expected) => {
  const root = tree('p.yml', 'a/');
  vi.stubEnv('HOME', root);
  expect(why(root, 'p.yml', from)).toBe(expected);
});

/**
 * Returns why a playbook is from elsewhere, for a working folder and the users whose files count as one's own;
 * undefined if it is not.
 */
function why(root: string, file: string, from: string, more: Partial<Viewpoint> = {}): string | undefined {
  const view = { folder: join(root, from), users: new Set([OWN]), trusted: [], ...more };
  return foreignness(join(root, file), view)?.why.replaceAll(root, '');
}

test.each<[string, readonly string[], { readonly file: string; readonly from: string }, string | undefined]>([
  ['beside it', ['a/p.yml'], { file: 'a/p.yml', from: 'a' }, undefined],
  ['above it', ['a/b/c/p.yml'], { file: 'a/b/c/p.yml', from: 'a' }, undefined],
  ['below it in its repository', ['a/.git/', 'a/p.yml', 'a/x/y/'], { file: 'a/p.yml', from: 'a/x/y' }, undefined],
  [
    'beside it in a repository around both',
    ['a/.git/', 'a/b/p.yml', 'a/c/'],
    { file: 'a/b/p.yml', from: 'a/c' },
    undefined,
  ],
  ['elsewhere', ['a/p.yml', 'b/'], { file: 'a/p.yml', from: 'b' }, 'It lies in /a, and you are in /b.'],
  [
    'in a folder whose name only begins so',
    ['ab/p.yml', 'a/'],
    { file: 'ab/p.yml', from: 'a' },
    'It lies in /ab, and you are in /a.',
  ],
  [
    'above its repository',
    ['a/b/.git/', 'a/b/p.yml'],
    { file: 'a/b/p.yml', from: 'a' },
    'It is part of the project /a/b, and you are in /a.',
  ],
  [
    'in the repository around its own',
    ['a/.git/', 'a/b/.git', 'a/b/p.yml'],
    { file: 'a/b/p.yml', from: 'a' },
    'It is part of the project /a/b, and you are in /a.',
  ],
])('an operator %s', (_, paths, { file, from }, expected) => {
  expect(why(tree(...paths), file, from)).toBe(expected);
});

test('a folder that holds files from everywhere vouches for none below it', () => {
  const root = tree('p.yml');
  expect(foreignness(join(root, 'p.yml'), { folder: tmpdir(), users: new Set([OWN]), trusted: [] })?.isElsewhere).toBe(
    true,
  );
  expect(foreignness(join(root, 'p.yml'), { folder: '/', users: new Set([OWN]), trusted: [] })?.isElsewhere).toBe(true);
});

test('what belongs to others is from elsewhere, also for who is in its folder', () => {
  const root = tree('a/p.yml');
  expect(why(root, 'a/p.yml', 'a', { users: new Set([OWN + 1]) })).toMatch(/^\/a\/p\.yml belongs to another user/);
});

test.each(['a/.git/p.yml', 'a/b/p.yml', 'a/b', 'a'])('what everybody may write to is from elsewhere: %s', (path) => {
  const root = tree('a/.git/p.yml', 'a/b/p.yml');
  chmodSync(join(root, path), 0o777);
  const file = path.endsWith('.yml') ? path : 'a/b/p.yml';
  expect(why(root, file, 'a')).toMatch(/everybody may write to it/);
});

test('the setting of the user trusts a folder from everywhere, and nothing beside it', () => {
  const root = tree('a/p.yml', 'ab/p.yml', 'b/');
  const trusted = [join(root, 'a')];
  expect(why(root, 'a/p.yml', 'b', { trusted })).toBeUndefined();
  expect(why(root, 'ab/p.yml', 'b', { trusted })).toBe('It lies in /ab, and you are in /b.');
});

test('the viewpoint is that of the process', () => {
  const { users, trusted } = viewpoint({ RUNBOOK_TRUST: '~/infra:/srv/x', SUDO_UID: '4711' });
  expect(trusted).toEqual([join(homedir(), 'infra'), '/srv/x']);
  expect(users).toEqual(new Set(OWN === 0 ? [0, 4711] : [OWN, 0]));
});
