import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentOfFolder } from '../../../engine/run/controller/controller-folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const PLACE = { file: 'site.yml', line: 3, column: 5 };

function folderWith(make: (at: (name: string) => string) => void): string {
  const folder = temporaryFolder('runbook-content-');
  mkdirSync(join(folder, 'sub/deep'), { recursive: true });
  writeFileSync(join(folder, 'sub/deep/b'), 'b');
  writeFileSync(join(folder, 'a'), 'a');
  make((name) => join(folder, name));
  return folder;
}

test('folders stand before what they have, and links count as what they lead to', () => {
  const folder = folderWith((at) => {
    symlinkSync('sub', at('same'));
    symlinkSync('../a', at('sub/file'));
  });
  const seen: string[] = [];
  expect(contentOfFolder(folder, PLACE, (one) => seen.push(one))).toEqual({
    folders: ['same', 'same/deep', 'sub', 'sub/deep'],
    files: ['a', 'same/deep/b', 'same/file', 'sub/deep/b', 'sub/file'],
  });
  expect(seen).toEqual(['', 'same', 'same/deep', 'sub', 'sub/deep'].map((name) => join(folder, name)));
});

test.each([
  ['a link in a circle', (at: (name: string) => string) => symlinkSync('../..', at('sub/deep/up')), /contains it/],
  ['a link that leads nowhere', (at: (name: string) => string) => symlinkSync('gone', at('x')), /leads nowhere/],
  ['a pipe', (at: (name: string) => string) => execFileSync('mkfifo', [at('x')]), /neither a file nor a folder/],
] as const)('%s is refused with its name', (_what, make, why) => {
  const folder = folderWith(make);
  expect(() => contentOfFolder(folder, PLACE, () => undefined)).toThrow(
    expect.objectContaining({ code: 'folder-not-copied', place: PLACE, why: expect.stringMatching(why) }),
  );
});

test('a folder that must not be read is not listed', () => {
  const folder = folderWith(() => undefined);
  const refuse = (one: string): void => {
    if (one.endsWith('deep')) throw new Error('refused');
  };
  expect(() => contentOfFolder(folder, PLACE, refuse)).toThrow('refused');
});
