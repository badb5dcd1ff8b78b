import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { utf8NamesIn } from '../../engine/files/utf8-names.ts';
import { contentOfFolder } from '../../engine/run/controller/controller-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PLACE = { file: 'site.yml', line: 3, column: 5 };

function folderWith(...names: readonly Buffer[]): string {
  const folder = temporaryFolder('runbook-names-');
  mkdirSync(`${folder}/sub`);
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), '');
  return folder;
}

test('the names of a folder are sorted', () => {
  expect(utf8NamesIn(folderWith(Buffer.from('é'), Buffer.from('b')))).toEqual(['b', 'sub', 'é']);
});

test('a name that is not UTF-8 is told by its bytes, not as a link that leads nowhere', () => {
  const folder = folderWith(Buffer.from('caf\xe9', 'latin1'));
  expect(() => utf8NamesIn(folder)).toThrow(`the name of ${folder}/caf\\xe9 is not UTF-8`);
  expect(() => contentOfFolder(folder, PLACE, () => undefined)).toThrow(
    expect.objectContaining({ code: 'not-utf8', place: PLACE, remedy: 'Rename it.' }),
  );
});
