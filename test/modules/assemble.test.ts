import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { module as assemble } from '../../engine/modules/assemble.ts';
import { predict } from '../../engine/resources/base/resource.ts';
import { file } from '../../engine/resources/file.ts';
import { ABSENT, UNKNOWN_ATTRIBUTES } from '../../engine/resources/file/file-state.ts';
import { fragments, fragmentsRequest } from '../../engine/resources/fragments.ts';
import { told } from './told.ts';
import { controllerWith, planHere, settleHere } from './try-module.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-assemble-'));
  mkdirSync(join(folder, 'd', 'sub'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'd', name), text);
  return folder;
}

test.for([
  ['all of them', {}, 'h\none\nx\ntwo\n'],
  ['without hidden ones, with a delimiter', { ignore_hidden: true, delimiter: '#--' }, 'one\n#--\nx\n#--\ntwo\n'],
  ['by an expression', { regexp: '^\\d+-' }, 'one\ntwo\n'],
] as const)('%s', async ([, args, expected]) => {
  const folder = folderWith({ '10-a': 'one', '20-b': 'two\n', '.hid': 'h\n', "2 'x": 'x\n' });
  const dest = join(folder, 'out');
  await settleHere(assemble, { src: join(folder, 'd'), dest, mode: '0600', ...args });
  expect(readFileSync(dest, 'utf8')).toBe(expected);
});

test('fragments of the controller', async () => {
  const dest = join(folderWith({}), 'out');
  const controller = controllerWith({ 'parts/b': 'two', 'parts/a': 'one', 'parts/sub/c': 'no' });
  await settleHere(assemble, { src: 'parts', dest, remote_src: false }, { controller });
  expect(readFileSync(dest, 'utf8')).toBe('one\ntwo');
});

test('a missing folder, and a file that is too large', async () => {
  const folder = folderWith({ big: 'x'.repeat(1024 * 1024 + 1) });
  const plan = async (src: string): Promise<string> =>
    told((await planHere(assemble, { src, dest: join(folder, 'out') })).outcome);
  expect(await plan(join(folder, 'none'))).toContain('none is not a folder of the host');
  expect(await plan(join(folder, 'd'))).toContain(
    'big cannot be used: it may not be read by root, or is larger than 1 MiB',
  );
});

test.for([
  [
    'a new file',
    '/d/b',
    { type: 'file', ...UNKNOWN_ATTRIBUTES, size: 1, sha256: 'x', content: Buffer.from('2') },
    {
      exists: true,
      fragments: [
        { name: 'a', content: 'MQ==' },
        { name: 'b', content: 'Mg==' },
      ],
    },
  ],
  [
    'a file that is not known yet',
    '/d/b',
    { type: 'file', ...UNKNOWN_ATTRIBUTES, size: undefined, sha256: undefined, content: undefined },
    'stale',
  ],
  ['a removed file', '/d/a', ABSENT, { exists: true, fragments: [] }],
  ['the removed folder', '/d', ABSENT, { exists: false, fragments: [] }],
  ['a file deeper', '/d/sub/a', ABSENT, undefined],
] as const)('an earlier change: %s', ([, path, state, expected]) => {
  const before = { exists: true, fragments: [{ name: 'a', content: 'MQ==' }] };
  expect(fragments.after?.(before, fragmentsRequest('/d').id, predict(file(path, 'content'), state))).toEqual(expected);
});
