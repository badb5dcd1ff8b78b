import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProject } from '../../../engine/cli/convert/read-project.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = temporaryFolder('runbook-convert-');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test.each([
  ['YAML that is not UTF-8', 'a.yml', Buffer.from('a: caf\xe9\n', 'latin1'), 'a.yml is not UTF-8 text'],
  ['YAML in UTF-16', 'a.yml', Buffer.from('\uFEFFa: b\n', 'utf16le'), 'a.yml is not UTF-8 text'],
  ['a template that is not UTF-8', 'a.conf.j2', Buffer.from('\xe9\n', 'latin1'), 'a.conf.j2 is not UTF-8 text'],
  [
    'YAML that is too large',
    'a.yml',
    'a'.repeat(1_000_001),
    'a.yml is left as it is: it has 1000001 bytes, and at most 1000000 are converted',
  ],
])('%s is told', async (_what, name, content, told) => {
  const { files, unread } = await readProject(folderWith({ [name]: content }));
  expect(files).toEqual([]);
  expect(unread.map(({ problem }) => problem.message)).toEqual([told]);
});

test.each([
  ['data with NUL', 'logo.yml', 'a\0b'],
  ['a text that is not UTF-8', 'a.txt', Buffer.from('\xe9', 'latin1')],
  ['a large file', 'a.txt', 'a'.repeat(1_000_001)],
])('%s is data', async (_what, name, content) => {
  expect(await readProject(folderWith({ [name]: content }))).toMatchObject({ files: [], unread: [], others: [name] });
});

test('a link to a folder is the folder, and links within it are left out', async () => {
  const folder = folderWith({ 'a.yml': 'a: b\n' });
  symlinkSync('a.yml', join(folder, 'link.yml'));
  symlinkSync('nowhere', join(folder, 'dangling.yml'));
  const link = join(temporaryFolder('runbook-convert-'), 'link');
  symlinkSync(folder, link);
  const { root, files, others } = await readProject(link);
  expect(root).toBe(folder);
  expect(files.map(({ path }) => path)).toEqual(['a.yml']);
  expect(others).toEqual(['dangling.yml', 'link.yml']);
});

test('a name that is not UTF-8 is told, and no file is lost in silence', async () => {
  const folder = folderWith({});
  mkdirSync(join(folder, 'roles'));
  execFileSync('sh', ['-c', String.raw`: >"$(printf 'roles/b\377d.yml')"`], { cwd: folder });
  await expect(readProject(folder)).rejects.toThrow(`the name of ${folder}/roles/b\\xffd.yml is not UTF-8`);
});
