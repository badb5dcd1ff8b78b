import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { fileStamp, sourceStamp } from '../../bin/source-stamp.cjs';
import { inAscii } from '../../build/ascii.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BIN = join(import.meta.dirname, '../../bin');
const LAUNCHER = join(BIN, 'runbook.js');

/**
 * A checkout with the real launcher. Its program and its bundle only print which of the two was loaded. The bundle
 * matches the sources.
 */
function checkout(): string {
  const root = temporaryFolder('runbook-launcher-');
  cpSync(BIN, join(root, 'bin'), { recursive: true });
  for (const folder of ['build', 'dist', 'engine/cli', 'node_modules', 'patches'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module","version":"1.2.3"}');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  for (const name of ['bundle.ts', 'ascii.ts']) writeFileSync(join(root, 'build', name), '');
  writeFileSync(join(root, 'patches/ssh2@1.17.0.patch'), '');
  writeFileSync(join(root, 'engine/cli/main.ts'), says('sources', 'export '));
  writeFileSync(join(root, 'engine/cli/play.ts'), 'export {};');
  writeFileSync(
    join(root, 'dist/runbook.cjs'),
    `(function (exports) {${says('bundle', '')} exports.main = exports.library = exports.moduleSurface = main; })`,
  );
  writeFileSync(join(root, 'dist/sources.txt'), `${fileStamp(join(root, 'dist/runbook.cjs'))}\n${sourceStamp(root)}`);
  return root;
}

function says(what: string, before: string): string {
  return `${before}async function main(argv) { console.log('${what}'); return argv[0] === 'fail' ? 1 : 0; }`;
}

function launch(root: string, args: readonly string[] = ['play'], cache = join(root, 'cache')): string {
  return execFileSync(process.execPath, [join(root, 'bin/runbook.js'), ...args], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    encoding: 'utf8',
  }).trim();
}

function kept(root: string): readonly string[] {
  return readdirSync(join(root, 'cache/runbook/compiled')).filter((name) => /^[a-z]+-[0-9a-f]+$/.test(name));
}

test('the launcher names nothing of a builtin module that an old Node may lack', () => {
  // A missing name would end the program before it can say which Node it needs.
  const known = new Set(['createRequire']);
  const names = [...readFileSync(LAUNCHER, 'utf8').matchAll(/^import \{ (.+) \} from '/gm)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

/** Runs the launcher so that it takes its own Node for version 20, and returns the result. */
function launchedByOther(root: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const launcher = join(root, 'bin/runbook.js');
  writeFileSync(
    launcher,
    readFileSync(launcher, 'utf8').replace(
      '= Number(process',
      '= process.env.RUNBOOK_NODE === undefined ? 20 : Number(process',
    ),
  );
  const { RUNBOOK_NODE: _, ...env } = process.env;
  return spawnSync(process.execPath, [launcher, 'play'], {
    env: { ...env, XDG_CACHE_HOME: join(root, 'cache') },
    encoding: 'utf8',
  });
}

const PLATFORM = `node-${process.platform}-${process.arch}`;
const PLACES: readonly (readonly [string, string, string])[] = [
  ['by its link', '.', 'node_modules/.bin/node'],
  ['where no links to programs were made', '.', `node_modules/${PLATFORM}/bin/node`],
  ['beside it, as the library of another package', 'node_modules/runbook', `node_modules/${PLATFORM}/bin/node`],
];

test.each(PLACES)('the Node that npm brought is found %s', (_, at, node) => {
  const root = temporaryFolder('runbook-installed-');
  cpSync(checkout(), join(root, at), { recursive: true });
  rmSync(join(root, at, 'engine'), { recursive: true });
  mkdirSync(dirname(join(root, node)), { recursive: true });
  if (node.includes(PLATFORM)) writeFileSync(join(root, 'node_modules', PLATFORM, 'package.json'), '{}');
  symlinkSync(process.execPath, join(root, node));
  expect(launchedByOther(join(root, at))).toMatchObject({ status: 0, stdout: 'bundle\n', stderr: '' });
});

test('a Node for which this machine has no loader is told, and what to do', () => {
  const root = checkout();
  mkdirSync(join(root, 'node_modules/.bin'));
  writeFileSync(join(root, 'node_modules/.bin/node'), '#!/lib/ld-of-another-libc.so\n', { mode: 0o755 });
  const { status, stderr } = launchedByOther(root);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^\S+\/node_modules\/\.bin\/node cannot be started \(.*ENOENT\)\. .*put Node 24 or later first on the PATH\.\n$/,
  );
});

/** Ways of installation: the folder of the program, and the source of the Node. */
const INSTALLS: readonly (readonly [string, string, (root: string) => string])[] = [
  ['a checkout', '.', (root) => `Run "npm ci" in ${root}/, which brings Node 24`],
  ['npm install', 'project/node_modules/runbook', (root) => `Run "npm install ${PLATFORM}@24" in ${root}/project, `],
  [
    'npm install --global',
    'lib/node_modules/runbook',
    () => `Run "npm install --global --no-bin-links ${PLATFORM}@24", `,
  ],
  ['npx', '_npx/0a1b/node_modules/runbook', () => `Run "npx -p ${PLATFORM}@24 -p runbook runbook", followed by`],
];

test.each(INSTALLS)('without one it says how to get one, after %s', (_, at, remedy) => {
  const root = temporaryFolder('runbook-installed-');
  cpSync(checkout(), join(root, at), { recursive: true });
  if (at !== '.') rmSync(join(root, at, 'engine'), { recursive: true });
  const { status, stderr } = launchedByOther(join(root, at));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^runbook needs Node 24 or later, this is v/);
  expect(stderr).toContain(remedy(root));
  expect(stderr).toMatch(/or put Node 24 or later first on the PATH\.\n$/);
});

test('the bundle is used while it is what the sources make', () => {
  expect(launch(checkout())).toBe('bundle');
});

test('the published package, which has no sources, uses its bundle', () => {
  const root = checkout();
  for (const path of ['engine', 'build', 'node_modules', 'dist/sources.txt'])
    rmSync(join(root, path), { recursive: true });
  expect(launch(root)).toBe('bundle');
});

const main = (root: string): string => join(root, 'engine/cli/main.ts');
const CHANGES: readonly (readonly [string, (root: string) => void])[] = [
  ['a source was edited', (root) => appendFileSync(main(root), '\n')],
  [
    'a source was edited, and has its old size and time again',
    (root) => {
      const { atime, mtime } = statSync(main(root));
      writeFileSync(
        main(root),
        readFileSync(main(root), 'utf8').replace('async function', 'async  function').replace('{ console', '{console'),
      );
      utimesSync(main(root), atime, mtime);
    },
  ],
  ['a source is new', (root) => writeFileSync(join(root, 'engine/cli/lint.ts'), 'export {};')],
  ['a source is gone', (root) => rmSync(join(root, 'engine/cli/play.ts'))],
  ['a source was renamed', (root) => renameSync(join(root, 'engine/cli/play.ts'), join(root, 'engine/cli/plan.ts'))],
  ['other libraries are to be installed', (root) => writeFileSync(join(root, 'package-lock.json'), '{ }')],
  ['package.json was edited', (root) => appendFileSync(join(root, 'package.json'), '\n')],
  ['a patch of ssh2 was edited', (root) => appendFileSync(join(root, 'patches/ssh2@1.17.0.patch'), '\n')],
  ['it is made another way', (root) => appendFileSync(join(root, 'build/bundle.ts'), '\n')],
  [
    'another build replaced it',
    (root) => writeFileSync(join(root, 'dist/runbook.cjs'), readFileSync(join(root, 'dist/runbook.cjs'))),
  ],
  ['nothing says what it was made of', (root) => rmSync(join(root, 'dist/sources.txt'))],
  ['there is none', (root) => rmSync(join(root, 'dist'), { recursive: true })],
];

test.each(CHANGES)('the sources are used where %s', (_, change) => {
  const root = checkout();
  change(root);
  expect(launch(root)).toBe('sources');
});

test('what was compiled is kept for each command, and not after a mistake', () => {
  const root = checkout();
  expect(() => launch(root, ['fail'])).toThrow();
  expect(kept(root)).toEqual([]);
  launch(root, ['play']);
  launch(root, ['play']);
  launch(root, ['--help']);
  expect(kept(root).map((name) => name.split('-')[0])).toEqual(['help', 'play']);
});

test.each([
  ['is damaged', (file: string) => writeFileSync(file, readFileSync(file).fill(0, 200))],
  ['is cut off', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 100))],
  ['is something else', (file: string) => writeFileSync(file, 'something else')],
])('what was compiled is not used where it %s, and then replaced', (_, spoil) => {
  const root = checkout();
  launch(root);
  const file = join(root, 'cache/runbook/compiled', kept(root)[0] ?? '');
  const whole = readFileSync(file).length;
  spoil(file);
  expect(launch(root)).toBe('bundle');
  expect(readFileSync(file).length).toBeGreaterThan(whole / 2);
  expect(
    readFileSync(file)
      .subarray(200)
      .some((byte) => byte !== 0),
  ).toBe(true);
});

test('a bundle of the same length does not run what was compiled of the one before', () => {
  const root = checkout();
  launch(root);
  const bundle = join(root, 'dist/runbook.cjs');
  writeFileSync(bundle, readFileSync(bundle, 'utf8').replace("'bundle'", "'newest'"));
  writeFileSync(join(root, 'dist/sources.txt'), `${fileStamp(bundle)}\n${sourceStamp(root)}`);
  expect(launch(root)).toBe('newest');
});

test('it works where nothing can be kept', () => {
  const root = checkout();
  expect(launch(root, ['play'], '/proc/nothing')).toBe('bundle');
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  expect(launch(root, ['play'], file)).toBe('bundle');
  chmodSync(root, 0o555);
  expect(launch(root, ['play'], join(root, 'new'))).toBe('bundle');
});

test('two that start at once keep what they compiled as a whole', async () => {
  const root = checkout();
  const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache') };
  const runs = Array.from({ length: 4 }, () =>
    promisify(execFile)(process.execPath, [join(root, 'bin/runbook.js'), 'play'], { env }),
  );
  for (const { stdout } of await Promise.all(runs)) expect(stdout.trim()).toBe('bundle');
  expect(kept(root)).toHaveLength(1);
  expect(launch(root)).toBe('bundle');
});

test('--version loads the launcher and nothing else', () => {
  const root = temporaryFolder('runbook-version-');
  const probe = join(root, 'probe.cjs');
  // Prints the loaded files on stderr, one per line: files by a hook, builtin modules by Node's own list.
  writeFileSync(
    probe,
    `const files = []; require('node:module').registerHooks({ load: (url, context, next) => { files.push(url); return next(url, context); } });
     process.on('exit', () => { require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify({ files, builtin: process.moduleLoadList })); });`,
  );
  const loaded = (
    args: readonly string[],
  ): { readonly files: readonly string[]; readonly builtin: readonly string[] } => {
    const out = join(root, 'loaded.json');
    execFileSync(process.execPath, ['--require', probe, ...args], { env: { ...process.env, LOADED: out } });
    return JSON.parse(readFileSync(out, 'utf8'));
  };
  const bare = loaded(['-e', '0']);
  const version = loaded([LAUNCHER, '--version']);
  expect(version.files.filter((url) => url.startsWith('file:'))).toEqual([`file://${LAUNCHER}`]);
  const more = version.builtin.filter((name) => name.startsWith('NativeModule') && !bare.builtin.includes(name));
  expect(more.length, more.join('\n')).toBeLessThanOrEqual(36);
});

test.each([
  ["'Grüße, 🙂'", 'Grüße, 🙂'],
  ["'\\ü \\\\ü \\\\\\ü'", 'ü \\ü \\ü'],
  ['`${1}…`', '1…'],
  ["/^[à-ü\\–]+$/.test('é–')", true],
  ["/^[🙂-🙅]$/u.test('🙃')", true],
  ['(() => { const größe = 3; return größe; })()', 3],
])('the bundle means the same in ASCII: %s', (code, value) => {
  expect(inAscii(code)).toMatch(/^[\0-\x7f]*$/);
  expect(runInNewContext(inAscii(code))).toEqual(value);
});

test('a raw text cannot be told in ASCII', () => {
  expect(() => inAscii('String.raw`ü`')).toThrow('raw text');
});
