import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProject } from '../../../engine/cli/convert/read-project.ts';
import { writeBeside } from '../../../engine/cli/convert/write-project.ts';
import type { ConvertedFile } from '../../../engine/convert/base/outcome.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const AFTER: ConvertedFile = {
  path: 'a.yml',
  newPath: 'a.yml',
  kind: 'variables',
  text: 'after\n',
  units: [],
  marks: [],
  problem: undefined,
};

test.each([
  ['a folder', (folder: string): string => folder, 'out/a.yml'],
  ['a file', (folder: string): string => join(folder, 'a.yml'), 'out'],
])('what a link to %s leads to stays as it is, and the copy is no link', async (_what, meant, written) => {
  const folder = temporaryFolder('runbook-convert-');
  const beside = temporaryFolder('runbook-convert-');
  writeFileSync(join(folder, 'a.yml'), 'before\n');
  symlinkSync(meant(folder), join(beside, 'link'));
  await writeBeside(await readProject(join(beside, 'link')), [AFTER], join(beside, 'out'));
  expect(readFileSync(join(folder, 'a.yml'), 'utf8')).toBe('before\n');
  expect(readFileSync(join(beside, written), 'utf8')).toBe('after\n');
  expect(lstatSync(join(beside, 'out')).isSymbolicLink()).toBe(false);
});

test('a link leads to the same file, wherever the copy is', async () => {
  const root = realpathSync(temporaryFolder('runbook-convert-'));
  const folder = join(root, 'project');
  mkdirSync(join(folder, 'roles'), { recursive: true });
  mkdirSync(join(root, 'deeper'));
  writeFileSync(join(folder, 'a.yml'), 'before\n');
  writeFileSync(join(root, 'shared.yml'), 'shared\n');
  const links = {
    'roles/out': '../../shared.yml',
    'roles/in': '../a.yml',
    whole: join(root, 'shared.yml'),
  };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(folder, name));
  const target = join(root, 'deeper/copy');
  await writeBeside(await readProject(folder), [AFTER], target);
  expect(Object.keys(links).map((name) => realpathSync(join(target, name)))).toEqual([
    join(root, 'shared.yml'),
    join(target, 'a.yml'),
    join(root, 'shared.yml'),
  ]);
  expect(readlinkSync(join(target, 'roles/in'))).toBe('../a.yml');
});

test('after a failure nothing is left', async () => {
  const folder = temporaryFolder('runbook-convert-');
  const beside = temporaryFolder('runbook-convert-');
  writeFileSync(join(folder, 'a.yml'), 'before\n');
  const lost = { ...AFTER, path: 'gone.yml', newPath: 'gone.yml' };
  const written = writeBeside(await readProject(folder), [lost], join(beside, 'out'));
  await expect(written).rejects.toThrow('gone.yml cannot be read');
  expect(existsSync(join(beside, 'out'))).toBe(false);
  expect(readdirSync(beside)).toEqual([]);
});
