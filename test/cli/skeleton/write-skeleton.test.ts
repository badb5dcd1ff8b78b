import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refresh, writeSkeleton } from '../../../engine/cli/skeleton/write-skeleton.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const FILES = new Map([
  ['site.yml', 'new\n'],
  ['roles/a/tasks/main.yml', 'deep\n'],
]);

test('files come with their folders, and nothing else stays behind', async () => {
  const folder = join(temporaryFolder('runbook-skeleton-'), 'project');
  expect(await writeSkeleton(folder, FILES)).toEqual({ written: [...FILES.keys()], kept: [] });
  for (const [path, text] of FILES) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
  expect(readdirSync(folder).toSorted()).toEqual(['roles', 'site.yml']);
});

const THERE: readonly (readonly [string, (at: string) => void])[] = [
  ['a file', (at) => writeFileSync(at, 'old\n')],
  ['a folder', (at) => mkdirSync(at)],
  ['a link that leads nowhere', (at) => symlinkSync('/nowhere/at-all', at)],
];

test.each(THERE)('%s that is there stays as it is, and the other files come', async (_, put) => {
  const folder = temporaryFolder('runbook-skeleton-');
  put(join(folder, 'site.yml'));
  const before = readdirSync(folder, { withFileTypes: true }).map(String);
  expect(await writeSkeleton(folder, FILES)).toEqual({ written: ['roles/a/tasks/main.yml'], kept: ['site.yml'] });
  expect(
    readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => name === 'site.yml')
      .map(String),
  ).toEqual(before);
});

test('a file in the place of a folder is told', async () => {
  const folder = temporaryFolder('runbook-skeleton-');
  writeFileSync(join(folder, 'roles'), '');
  await expect(writeSkeleton(folder, FILES)).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('what is refreshed is replaced', async () => {
  const folder = temporaryFolder('runbook-skeleton-');
  writeFileSync(join(folder, 'site.yml'), 'old\n');
  await refresh(folder, FILES);
  expect(readFileSync(join(folder, 'site.yml'), 'utf8')).toBe('new\n');
  expect(readdirSync(folder).toSorted()).toEqual(['roles', 'site.yml']);
});
