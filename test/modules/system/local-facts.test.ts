import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { iniOf, localFacts, localFactsScript } from '../../../engine/modules/system/local-facts.ts';
import { runScript } from '../../resources/local-sh.ts';

const FILES: readonly (readonly [name: string, text: string, mode: number])[] = [
  ['json.fact', '{"a": [1, "für"]}\n\n', 0o644],
  ['ini.fact', '[General]\nKey = a b\nother: %(key)s!\n\n[empty]\n', 0o600],
  ['program.fact', '#!/bin/sh\necho "{\\"n\\": $((1 + 1))}"\n', 0o755],
  ['failing.fact', '#!/bin/sh\nexit 3\n', 0o700],
  ['neither.fact', 'just a text\n', 0o644],
  ['none.fact', '', 0o644],
  ['ignored.txt', '{}', 0o644],
];

test('files of facts are read as Ansible reads them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-facts-'));
  for (const [name, text, mode] of FILES) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  const { stdout } = runScript(localFactsScript(folder));
  expect(localFacts(stdout, folder)).toEqual({
    json: { a: [1, 'für'] },
    ini: { General: { key: 'a b', other: 'a b!' }, empty: {} },
    program: { n: 2 },
    failing: `Failure executing fact script (${folder}/failing.fact), rc: 3, err: `,
    neither: `error loading facts as JSON or ini - please check content: ${folder}/neither.fact`,
    none: {},
  });
});

test('a host without the folder has none', () => {
  const { stdout } = runScript(localFactsScript('/no/such/folder'));
  expect(localFacts(stdout, '/no/such/folder')).toEqual({});
});

// The results of Python's configparser.
test.each([
  ['[a]\nb = 1\n  2\nc=3', { a: { b: '1\n2', c: '3' } }],
  ['[DEFAULT]\nx = 1\n[a]\n[b]\nX: 2', { a: { x: '1' }, b: { x: '2' } }],
  ['# note\n; note\n[a]\nb = 50%%\n', { a: { b: '50%' } }],
  ['b = 1\n[a]\n', undefined],
  ['[a]\n[a]\n', undefined],
  ['[a]\nb = 1\nb = 2', undefined],
  ['[a]\nword', undefined],
])('%j', (text, sections) => {
  expect(iniOf(text)).toEqual(sections);
});
