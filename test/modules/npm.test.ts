import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as npm } from '../../engine/modules/npm.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NpmRegistry } from './npm-registry.ts';
import { told } from './told.ts';
import { CONTEXT, planHere, settleHere, tryModule } from './try-module.ts';

const LONG = { timeout: 300_000 };
let registry: NpmRegistry;
let home = '';
const before = { ...process.env };

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'runbook-npm-'));
  mkdirSync(join(home, 'registry'));
  mkdirSync(join(home, 'prefix/lib'), { recursive: true });
  registry = await NpmRegistry.start(join(home, 'registry'));
  Object.assign(process.env, {
    npm_config_registry: registry.url,
    npm_config_cache: join(home, 'cache'),
    npm_config_prefix: join(home, 'prefix'),
    npm_config_fetch_retries: '0',
  });
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) registry.publish({ name: 'rb-thing', version });
  registry.publish({ name: '@rb/tool', version: '0.1.0', has: { dependencies: { 'rb-thing': '^1.0.0' } } });
  registry.publish({ name: 'rb-dev', version: '3.0.0' });
});
afterAll(() => {
  registry.stop();
  process.env = before;
  rmSync(home, { recursive: true, force: true });
});

function project(content?: object): string {
  const path = join(temporaryFolder('runbook-npm-'), 'a project');
  if (content === undefined) return path;
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify(content));
  return path;
}

async function planned(args: ValueMap): Promise<string> {
  return told((await planHere(npm, args)).outcome);
}

async function settled(args: ValueMap): Promise<string> {
  return told((await settleHere(npm, args)).change);
}

/** Like `settled`, without the second plan: npm takes a second to start. */
async function applied(args: ValueMap): Promise<string> {
  return told((await settleHere(npm, args, { again: false })).change);
}

function versionIn(path: string, name: string): unknown {
  const file = join(path, 'node_modules', name, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version : undefined;
}

test('one package is installed, changed and removed, and its folder is made', LONG, async () => {
  const path = project();
  const name = 'rb-thing';
  expect(await settled({ path, name: '@rb/tool' })).toBe(`${path} @rb/tool: null → installed`);
  // What another package brings does not count as installed.
  expect(versionIn(path, name)).toBe('1.1.0');
  expect(await applied({ path, name, version: '1.0.0' })).toBe(`${path} rb-thing: null → 1.0.0`);
  expect(await settled({ path, name, state: 'latest' })).toBe(`${path} rb-thing: 1.0.0 → 1.1.0`);
  expect(await planned({ path, name, version: '^1' })).toBe('in_sync');
  expect(await settled({ path, name: `${name}@first` })).toBe(`${path} rb-thing: 1.1.0 → first`);
  expect(versionIn(path, name)).toBe('1.0.0');
  expect(await settled({ path, name, version: '2' })).toBe(`${path} rb-thing: 1.0.0 → 2`);
  expect(await settled({ path, name, state: 'absent' })).toBe(`${path} rb-thing: 2.0.0 → null`);
  expect(await planned({ path, name, state: 'latest' })).toBe(`${path} rb-thing: null → latest`);
});

test('a package for the whole host', LONG, async () => {
  const global = { global: true, name: 'rb-thing' };
  expect(await settled({ ...global, version: '1.1.0' })).toBe('npm packages rb-thing: null → 1.1.0');
  expect(existsSync(join(home, 'prefix/lib/node_modules/rb-thing/package.json'))).toBe(true);
  expect(await settled({ ...global, state: 'latest' })).toBe('npm packages rb-thing: 1.1.0 → 2.0.0');
  expect(await settled({ ...global, state: 'absent' })).toBe('npm packages rb-thing: 2.0.0 → null');
});

test('all packages that a project names', LONG, async () => {
  const path = project({ dependencies: { 'rb-thing': '^1.0.0' }, devDependencies: { 'rb-dev': '3' } });
  expect(await settled({ path, production: true })).toBe(`${path} rb-thing: null → as package.json says`);
  expect(versionIn(path, 'rb-dev')).toBeUndefined();
  expect(await applied({ path })).toBe(`${path} rb-dev: null → as package.json says`);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ dependencies: { 'rb-thing': '1.0.0 || ^2.0.0' } }));
  expect(await settled({ path })).toBe(`${path} rb-thing: 1.1.0 → as package.json says`);
  rmSync(join(path, 'package-lock.json'));
  await applied({ path, name: 'rb-thing', version: '1.0.0' });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ dependencies: { 'rb-thing': '^1.0.0' } }));
  expect(await planned({ path })).toBe('in_sync');
  expect(await settled({ path, state: 'latest' })).toBe(`${path} rb-thing: 1.0.0 → 1.1.0`);
});

test('exactly the packages of a lock file', LONG, async () => {
  const path = project({ dependencies: { '@rb/tool': '0.1.0' }, devDependencies: { 'rb-dev': '3' } });
  expect(await planned({ path, ci: true })).toContain(`there is no package-lock.json in ${path}`);
  await applied({ path });
  expect(await planned({ path, ci: true })).toBe('in_sync');
  expect(await settled({ path, ci: true, production: true })).toBe(`${path} node_modules/rb-dev: 3.0.0 → null`);
  rmSync(join(path, 'node_modules'), { recursive: true });
  expect(await settled({ path, ci: true })).toBe(`${path} node_modules: null → 3 packages of package-lock.json`);
  rmSync(join(path, 'node_modules/rb-dev'), { recursive: true });
  expect(await settled({ path, ci: true })).toBe(`${path} node_modules/rb-dev: null → 3.0.0`);
});

test('a tarball is opaque, and is installed', LONG, async () => {
  const path = project();
  const name = join(home, 'registry/rb-dev-3.0.0.tgz');
  const { change } = await settleHere(npm, { path, name }, { again: false });
  expect([change.certainty, told(change)]).toEqual(['opaque', `${path} ${name}: null → installed`]);
  expect(versionIn(path, 'rb-dev')).toBe('3.0.0');
});

test('what npm cannot do is said with the way out', LONG, async () => {
  const path = project({});
  expect(await planned({ path: `${path}/none` })).toContain(`there is no package.json in ${path}/none: Correct path`);
  const away = { registry: 'http://127.0.0.1:1', name: 'rb-thing', version: 'next' };
  for (const [args, remedy] of [
    [{ name: 'rb-thing', version: '^9' }, 'Correct name and version'],
    [{ name: 'rb-none', version: 'next' }, 'Correct name and version'],
    [away, 'Correct registry'],
  ] as const) {
    const { outcome } = await planHere(npm, { path, ...args });
    expect(outcome).toMatchObject({ what: 'npm does not answer', remedy: expect.stringContaining(remedy) as string });
  }
  expect(await planned({ path, name: 'rb-thing', executable: 'npm-none' })).toBe(
    'this host has no npm-none: Install it with a task before this one: package: { name: npm }. Or name it in executable.',
  );
});

test('a look writes nothing', LONG, async () => {
  const path = project({});
  const empty = temporaryFolder('runbook-npm-home-');
  const context = { ...CONTEXT, preamble: `unset npm_config_cache; HOME=${empty}; export HOME\n` };
  expect(told((await planHere(npm, { path, name: 'rb-thing' }, { context })).outcome)).toContain('null → installed');
  expect(readdirSync(empty)).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('a folder of another user is refused, and npm is not started in it', async () => {
  const path = project({});
  writeFileSync(join(path, '.npmrc'), '');
  chownSync(path, 12_345, 12_345);
  expect(await planned({ path, name: 'rb-thing' })).toContain(`${path} belongs to another user`);
});

describe('after an earlier change', () => {
  const UNKNOWN = { type: 'directory', mode: undefined, uid: 0, gid: 0, owner: 'root', group: 'root' };
  const content = Buffer.from(JSON.stringify({ dependencies: { a: '^1' }, devDependencies: { b: '2' } }));
  const FILE = { ...UNKNOWN, type: 'file', size: content.length, sha256: undefined, content };
  test.for([
    [{ name: 'a' }, '/srv/app a: null → installed (after_change)'],
    [{ name: 'a', state: 'absent' }, 'cannot_know'],
    [{}, '/srv/app b: null → 2\n/srv/app a: null → ^1 (after_change)'],
    [{ production: true }, '/srv/app a: null → ^1 (after_change)'],
    [{ ci: true }, 'cannot_know'],
  ] as const)('%j gives %s', async ([args, expected]) => {
    const { outcome } = await tryModule(
      npm,
      { path: '/srv/app', ...args },
      (requests) =>
        new Map(
          requests.map((one) => [
            one.key,
            one.kind.name === 'npm_packages' ? { kind: 'missing' } : one.id.endsWith('.json') ? FILE : UNKNOWN,
          ]),
        ),
      { afterChange: true },
    );
    const certainty = outcome.kind === 'change' ? ` (${outcome.certainty})` : '';
    expect(`${told(outcome)}${certainty}`).toBe(expected);
  });
});

test.for([
  [{}, /needs "path"/],
  [{ global: true }, /needs "name"/],
  [{ path: '/a', state: 'absent' }, /needs "name"/],
  [{ path: '/a', name: '--ignore' }, /must be the name of a package/],
  [{ path: '/a', ci: true, name: 'b' }, /installs a whole project/],
  [{ path: '/a', registry: 'file:///x' }, /must be a URL/],
  [{ path: '/a', version: '-x', name: 'b' }, /must be a version/],
] as const)('refuses %j', async ([args, message]) => {
  await expect(planHere(npm, args)).rejects.toThrow(message);
});
