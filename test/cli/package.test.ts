import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS as COMMANDS_OF_THE_PROGRAM } from '../../engine/cli/main.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'runbook-package-'));
const PACKAGE = join(folder, 'package');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The published package, on a machine that has none of its libraries. */
beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'build/bundle.ts'), join(PACKAGE, 'dist')]);
  for (const path of ['package.json', 'bin', 'docs', 'README.md'])
    cpSync(join(ROOT, path), join(PACKAGE, path), { recursive: true });
  writeFileSync(
    join(folder, 'site.yml'),
    `- hosts: all
  gather_facts: true
  vars: { greeting: hello }
  tasks:
    - copy: { content: "{{greeting}} {{inventory_hostname}}\\n", dest: "${folder}/greeting", mode: "0600" }
    - command: { cmd: 'true' }
      when: 'size(greeting) > 3'
    - key_pair: { path: "${folder}", name: own, key_size: 2048 }
`,
  );
  writeFileSync(join(folder, 'inventory.yml'), 'all: { hosts: { here: { ansible_connection: local } } }\n');
}, 180_000);

function runbook(...args: readonly string[]): string {
  return execFileSync(process.execPath, [join(PACKAGE, 'bin/runbook.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') },
  });
}

const INVENTORY = ['-i', 'inventory.yml'];

/** Commands, in an order in which each can use the results of earlier commands. */
const COMMANDS: readonly (readonly [readonly string[], RegExp])[] = [
  [['--version'], /^\d+\.\d+\.\d+\n$/],
  [['--help'], /Commands:/],
  [['docs'], /apt_repository[^]*yum_repository/],
  [['docs', 'copy'], /dest/],
  [['docs', '--helpers'], /Are all conditions true/],
  [['docs', '--ansible'], /with_items/],
  [['docs', '--schema'], /"certificate_authority"/],
  [['lint', 'site.yml', ...INVENTORY], /no problems/],
  [['inventory', '--list', ...INVENTORY], /here/],
  [['vars', 'here', ...INVENTORY], /ansible_connection/],
  [['ping', 'all', ...INVENTORY], /here/],
  [['facts', 'all', ...INVENTORY], /"hostname"/],
  [['plan', 'site.yml', ...INVENTORY, '-o', 'saved.plan'], /hello here/],
  [['show', 'saved.plan'], /greeting/],
  [['apply', 'saved.plan'], /changed/],
  [['play', 'site.yml', ...INVENTORY, '--output', 'json'], /"run_finished"|"recap"/],
  [['exec', 'all', '-m', 'command', '-a', 'id', ...INVENTORY], /uid=/],
  [['runs'], /site\.yml/],
  [['report'], /<!doctype html>[^]*<style>:root[^]*<script>[^]*getElementById/],
  [['vault', 'keygen', '--identity', 'identity.txt'], /age1/],
];

test.each(COMMANDS)('the published package does all of %j', (args, told) => {
  expect(runbook(...args)).toMatch(told);
});

test('an encrypted file is made and read', () => {
  const [recipient = ''] = /age1\w+/.exec(readFileSync(join(folder, 'identity.txt'), 'utf8')) ?? [];
  writeFileSync(join(folder, 'secret.yml'), 'word: hidden\n');
  runbook('vault', 'encrypt', 'secret.yml', '--recipient', recipient);
  expect(readFileSync(join(folder, 'secret.yml'), 'utf8')).not.toContain('hidden');
  expect(runbook('vault', 'decrypt', 'secret.yml', '--print', '--identity', 'identity.txt')).toContain('hidden');
});

test('the licenses of all libraries in it are with it', () => {
  const told = readFileSync(join(PACKAGE, 'dist/licenses.txt'), 'utf8');
  const libraries = librariesOfTheEngine();
  expect(libraries).toContain('ssh2');
  for (const name of libraries) expect(told).toMatch(new RegExp(`^# ${name} `, 'm'));
  const dist = readdirSync(join(PACKAGE, 'dist')).toSorted();
  expect(dist).toEqual(['licenses.txt', 'runbook.1', 'runbook.cjs', 'sources.txt']);
});

test('the manual page is one to man, and has each command and option', () => {
  const page = join(PACKAGE, 'dist/runbook.1');
  const shown = spawnSync('man', ['--warnings', '-l', page], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' },
  });
  expect(shown).toMatchObject({ status: 0, stderr: '' });
  for (const command of COMMANDS_OF_THE_PROGRAM.keys()) expect(shown.stdout).toContain(`runbook ${command}`);
  expect(shown.stdout).toMatch(/runbook vault encrypt \[files\.\.\.\][^]*--recipients-file <file>/);
  const { man } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(man).toBe('dist/runbook.1');
});

/** Matches `… from 'x'` (not for types only) and `import('x')`; `x/y` belongs to the package x. */
const IMPORTED = /(?:^import (?!type )[^;]*? from |\bimport\()'(?<name>(?:@[^/']+\/)?[^./':][^/':]*)(?:\/[^']*)?'/gm;

/** The packages that the sources import. */
function librariesOfTheEngine(): readonly string[] {
  const files = readdirSync(join(ROOT, 'engine'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const imports = files.flatMap((name) => [...readFileSync(join(ROOT, 'engine', name), 'utf8').matchAll(IMPORTED)]);
  const names = new Set(imports.map(({ groups = {} }) => groups['name'] ?? ''));
  // The texts of `runbook new module` import this package itself.
  return [...names].filter((name) => name !== 'runbook').toSorted();
}
