import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveRequest } from '../../engine/resources/archive.ts';
import { authorizedKeysRequest } from '../../engine/resources/authorized-keys.ts';
import type { Request } from '../../engine/resources/base/resource.ts';
import { file, wholeFile } from '../../engine/resources/file.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { observeHere, SHELLS } from './local-sh.ts';

const PATH = process.env['PATH'] ?? '';
const STRANGER = 12_345;
const options = { extra: [], include: [], exclude: [], strip: 0 };

/** Looks, and the programs that they use. The first program finds a named pipe in place of the file. */
const LOOKS: readonly (readonly [
  what: string,
  name: string,
  asks: (path: string, folder: string) => Request,
  programs: readonly string[],
])[] = [
  ['the digest of a file', 'f', (path) => file(path, 'content', ['0'.repeat(64)]), ['sha256sum', 'dd']],
  ['the digest of a large file', 'f', (path) => file(path, 'digest'), ['openssl', 'sha256sum', 'dd']],
  [
    'the digest of a file with an odd name',
    'f\nf',
    (path) => file(path, 'content', ['0'.repeat(64)]),
    ['sha256sum', 'dd'],
  ],
  ['the content of a file', 'f', (path) => wholeFile(path), ['head', 'dd']],
  ['keys of a user', 'f', (path) => authorizedKeysRequest('root', path), ['cat', 'dd']],
  [
    'the members of an archive',
    'f',
    (path, folder) => archiveRequest({ dest: folder, archive: { kind: 'host', path, options } }),
    ['od', 'tar'],
  ],
];

/** Programs that first replace the file by a named pipe, and then do their usual work. */
function treacherous(folder: string, path: string, programs: readonly string[]): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(folder, 'target'), path);
  for (const program of programs) {
    const steps = [
      '#!/bin/sh',
      `PATH='${PATH}'`,
      `target=$(cat '${folder}/target'; echo .); target=\${target%.}`,
      `if mkdir '${folder}/done' 2>/dev/null; then rm -f -- "$target"; mkfifo -- "$target"; fi`,
      `exec ${program} "$@"`,
    ];
    writeFileSync(join(bin, program), `${steps.join('\n')}\n`, { mode: 0o755 });
  }
  return bin;
}

/** The other busybox runs its own programs instead of those on the PATH. */
const shells = SHELLS.filter(([name]) => name !== 'busybox-static');

describe.skipIf(process.getuid?.() !== 0).each(shells)('a look by %s at the folder of another user', (_, shell) => {
  test.each(LOOKS)('is not held by a named pipe: %s', (_what, name, asks, programs) => {
    const folder = temporaryFolder('runbook-hindered-');
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(folder, 0o755);
    const path = join(home, name);
    execFileSync('tar', ['-cf', path, '-C', home, '--files-from', '/dev/null']);
    chownSync(path, STRANGER, STRANGER);
    chownSync(home, STRANGER, STRANGER);
    const bin = treacherous(folder, path, programs);
    const request = asks(path, home);
    const seen = observeHere([request], ['timeout', '--signal=KILL', '60', ...shell], {
      ...process.env,
      PATH: `${bin}${delimiter}${PATH}`,
    });
    expect(seen.has(request.key)).toBe(true);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe(path);
    expect(() => mkdirSync(join(folder, 'done'))).toThrow(/EEXIST/);
  });
});
