import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSshG, readConfig } from '../../../engine/connection/ssh-config/ssh-config.ts';

test.each<[string, readonly string[], readonly string[], string]>([
  ['one file', [], ['/a/known'], '/a/known'],
  ['two files', [], ['/a/known', '/b/known'], '/a/known /b/known'],
  ['a blank in a name', [], ['/a/my keys/known hosts', '/b/known'], '"/a/my keys/known hosts" /b/known'],
  ['two blanks in a name', [], ['/a/my  keys'], '"/a/my  keys"'],
  ['a name of which a part looks like a path', ['my /known'], ['$F/my /known', '/b'], '"$F/my /known" /b'],
  ['two files that are there', ['one', 'two'], ['$F/one', '$F/two'], '$F/one $F/two'],
  ['two files, of which one is there', ['one'], ['$F/one', '/b c/known'], '$F/one "/b c/known"'],
  ['none', [], [], 'none'],
])('known_hosts of `ssh -G`: %s', (_, there, expected, line) => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-file-list-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of there) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  const filled = (text: string): string => text.replaceAll('$F', folder);
  writeFileSync(
    join(folder, 'config'),
    `UserKnownHostsFile ${filled(line)}\nGlobalKnownHostsFile "/etc/known hosts"\n`,
  );
  const printed = execFileSync('ssh', ['-F', join(folder, 'config'), '-G', 'host'], { stdio: 'pipe' }).toString();
  const { knownHostsFiles } = readConfig(parseSshG(printed), new Map(), 'host');
  expect(knownHostsFiles).toEqual([...expected.map(filled), '/etc/known hosts']);
});
