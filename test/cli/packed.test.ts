import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NODES, nodeFolder } from '../other-nodes.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// The file that `npm pack` makes, installed by npm into an empty folder, under three versions of Node.

// npm starts many times, and fetches a Node.
vi.setConfig({ testTimeout: 300_000 });

const ROOT = join(import.meta.dirname, '../..');
const OWN_FOLDERS = ['bin', 'docs', 'playbooks', 'roles', 'inventory'];
const FILES = ['package.json', 'README.md', 'LICENSE'];
const scratch = mkdtempSync(join(tmpdir(), 'runbook-packed-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const programs = new Map<string, string>();
let tarball = '';

beforeAll(async () => {
  const layout = join(scratch, 'layout');
  execFileSync(process.execPath, [join(ROOT, 'build/bundle.ts'), join(layout, 'dist')]);
  execFileSync(process.execPath, [join(ROOT, 'build/types.ts'), join(layout, 'dist/types')]);
  for (const path of [...OWN_FOLDERS, ...FILES]) cpSync(join(ROOT, path), join(layout, path), { recursive: true });
  tarball = join(
    layout,
    npm(layout, process.env['PATH'] ?? '', ['pack', '--ignore-scripts', '--silent']).stdout.trim(),
  );
  for (const version of Object.values(NODES)) programs.set(version, await nodeFolder(version));
}, 600_000);

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function npm(cwd: string, path: string, args: readonly string[], command = 'npm'): Said {
  // npm passes settings of this checkout on to the tests; a user does not have them.
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_|^RUNBOOK_/i.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: path,
    npm_config_update_notifier: 'false',
    npm_config_cache: join(scratch, 'npm'),
    XDG_CACHE_HOME: join(scratch, 'cache'),
    XDG_CONFIG_HOME: join(scratch, 'config'),
  };
  return spawnSync(command, args, { cwd, env, encoding: 'utf8' });
}

/** An empty folder with the package installed under this Node. */
function installed(name: keyof typeof NODES): { readonly folder: string; readonly path: string; readonly said: Said } {
  const folder = join(temporaryFolder('runbook-packed-'), 'project');
  mkdirSync(folder);
  const system = (process.env['PATH'] ?? '').split(delimiter).filter((one) => !one.includes('node_modules'));
  const path = [programs.get(NODES[name]) ?? '', ...system].join(delimiter);
  return { folder, path, said: npm(folder, path, ['install', tarball]) };
}

describe.each(['own', 'newest'] as const)('under the %s Node', (name) => {
  test('one package comes, without a warning, and its own playbook plays', () => {
    const { folder, path, said } = installed(name);
    expect(said).toMatchObject({ status: 0, stderr: '' });
    expect(said.stdout).toMatch(/^\s*added 1 package in /);
    expect(readdirSync(join(folder, 'node_modules')).filter((one) => !one.startsWith('.'))).toEqual(['runbook']);
    const runbook = (...args: readonly string[]): Said =>
      npm(folder, path, ['--no-install', 'runbook', ...args], 'npx');
    expect(runbook('init')).toMatchObject({ status: 0, stderr: '' });
    const file = join(folder, 'hello.conf');
    const site = ['site.yml', '-i', 'inventory.yml', '-e', `hello_file=${file}`];
    expect(runbook('lint', ...site)).toMatchObject({ status: 0, stdout: '1 playbook: no problems\n', stderr: '' });
    expect(runbook('plan', ...site)).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(file)).toBe(false);
    expect(runbook('play', ...site)).toMatchObject({ status: 0, stdout: expect.stringContaining('1 changed') });
    expect(readFileSync(file, 'utf8')).toContain('name = ada\n');
    expect(runbook('play', ...site)).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to do') });
  });
});

test('under an older Node it says what to do, and after that it works', () => {
  const { folder, path, said } = installed('older');
  expect(said).toMatchObject({ status: 0, stderr: '' });
  const runbook = (): Said => npm(folder, path, ['--no-install', 'runbook', 'init'], 'npx');
  const { status, stderr } = runbook();
  expect(status).toBe(1);
  const [, command = '', where = ''] = /Run "npm (.*)" in (\S+), /.exec(stderr) ?? [];
  expect(where).toBe(folder);
  expect(npm(where, path, command.split(' '))).toMatchObject({ status: 0, stderr: '' });
  expect(runbook()).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(folder, 'site.yml'))).toBe(true);
});

test('the control plane comes out of the package, without the lab, and lint finds nothing', () => {
  const { folder, path } = installed('own');
  const runbook = (...args: readonly string[]): Said => npm(folder, path, ['--no-install', 'runbook', ...args], 'npx');
  expect(runbook('init', '--kubernetes')).toMatchObject({ status: 0, stderr: '' });
  for (const part of ['playbooks', 'roles'])
    expect(filesBelow(join(folder, part))).toEqual(filesBelow(join(ROOT, part)));
  expect(filesBelow(join(folder, 'inventory'))).toEqual(['group_vars/all.yml', 'group_vars/prod.yml', 'prod.yml']);
  expect(runbook('lint', 'playbooks/site.yml', '-i', 'inventory/prod.yml')).toMatchObject({
    status: 0,
    stdout: '1 playbook: no problems\n',
  });
});

test('a new module passes its test, and its types are right', () => {
  const { folder, path } = installed('newest');
  const runbook = (...args: readonly string[]): Said => npm(folder, path, ['--no-install', 'runbook', ...args], 'npx');
  expect(runbook('new', 'module', 'motd_line')).toMatchObject({ status: 0, stderr: '' });
  const tested = npm(folder, path, ['--test', 'modules/motd_line.test.ts'], 'node');
  expect(tested, tested.stdout).toMatchObject({ status: 0, stderr: '' });
  // An editor also needs the types of Node, and the types of the arguments.
  for (const name of ['zod', '@types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  const options = ['--strict', '--noEmit', '--target', 'es2024', '--module', 'preserve', '--types', 'node'];
  const files = ['modules/motd_line.ts', 'modules/motd_line.test.ts'];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  expect(npm(folder, path, [tsc, ...options, '--skipLibCheck', ...files], 'node')).toMatchObject({
    status: 0,
    stdout: '',
  });
  const wrong = join(folder, 'modules/wrong.ts');
  writeFileSync(wrong, readFileSync(join(folder, files[0] ?? ''), 'utf8').replace('withLine(text, line)', 'line.size'));
  expect(npm(folder, path, [tsc, ...options, '--skipLibCheck', wrong], 'node')).toMatchObject({
    stdout: expect.stringMatching(/wrong\.ts.*error TS/),
  });
});

test('the licence is inside', () => {
  const { folder } = installed('own');
  const inside = join(folder, 'node_modules/runbook');
  expect(readFileSync(join(inside, 'LICENSE'))).toEqual(readFileSync(join(ROOT, 'LICENSE')));
  expect(readdirSync(inside).toSorted()).toEqual(['dist', ...OWN_FOLDERS, ...FILES].toSorted());
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();
}
