import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { differences, differencesPage } from '../../build/differences.ts';
import { errorCodes, errorCodesJson, errorCodesPage } from '../../build/error-codes.ts';
import { fromAnsiblePage } from '../../build/from-ansible.ts';
import { roles, rolesPage } from '../../build/roles.ts';
import { languagePage, modulesPage } from '../../build/tables.ts';
import { wrapped } from '../../build/wrap.ts';
import { COMMANDS } from '../../engine/cli/main.ts';
import { rulesPage } from '../../engine/report/reference/rule-document.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = [
  '.',
  'docs',
  'examples',
  ...['examples', 'roles'].flatMap((folder) => foldersIn(folder)),
  '.github',
  'test/wild',
];
const PAGES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

function foldersIn(folder: string): readonly string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function page(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

test('prose has lines of at most 120 characters, so that a diff can be read', () => {
  const pages = PAGES.filter((name) => /^(?:docs\/)?[^/]+$/.test(name));
  expect(pages).toContain('README.md');
  expect(
    pages.filter((name) => wrapped(page(name)) !== page(name)),
    'npm run docs wraps them',
  ).toEqual([]);
});

/** Paths in examples on the pages, which no file of the repository has. */
const EXAMPLES: ReadonlySet<string> = new Set(['engine/a/b.ts', 'test/a/b.test.ts']);

test('every file of the sources that a page names is there', () => {
  const sources = ['bin', 'build', 'engine', 'lab', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `/${folder}/${name}`),
  );
  const missing = PAGES.filter((name) => name !== 'CHANGELOG.md').flatMap((name) =>
    [...page(name).matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.ts)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !path.includes('NAME') && !EXAMPLES.has(path))
      .filter((path) => !sources.some((source) => source.endsWith(`/${path}`)))
      .map((path) => `${name}: ${path}`),
  );
  expect(missing).toEqual([]);
});

test('the tables of the pages for the language and the modules are made of the tables of the engine', async () => {
  const language = page('docs/language.md');
  expect(language, 'npm run docs makes it').toBe(languagePage(language));
  const modules = page('docs/modules.md');
  expect(modules, 'npm run docs makes it').toBe(await modulesPage(modules));
});

test('the page of differences on purpose is made of its data', () => {
  expect(page('docs/differences.md'), 'npm run docs makes it').toBe(differencesPage(differences()));
});

test('the tables of the page for people from Ansible are made of its words', () => {
  const written = page('docs/from-ansible.md');
  expect(written, 'npm run docs makes it').toBe(fromAnsiblePage(written));
});

test('the page of roles is made of the roles', () => {
  expect(page('docs/roles.md'), 'npm run docs makes it').toBe(rolesPage(roles()));
});

test('the page of rules is made of the rules', () => {
  expect(page('docs/lint-rules.md'), 'npm run docs makes it').toBe(wrapped(rulesPage()));
});

test('the page of error codes is made of the sources', () => {
  expect(page('docs/error-codes.md'), 'npm run docs makes it').toBe(errorCodesPage(errorCodes()));
  expect(page('engine/report/reference/error-codes.json'), 'npm run docs makes it').toBe(errorCodesJson(errorCodes()));
});

test('every code that a test of the engine expects is on the page of error codes', () => {
  const folders = ['cli', 'connection', 'inventory', 'modules', 'playbook', 'run', 'values', 'vault'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `test/${folder}/${name}`),
  );
  const expected = files.flatMap((name) =>
    [...page(name).matchAll(/\bcode: '(?<code>[a-z]+(?:-[a-z]+)+)'/g)].map(({ groups = {} }) => groups['code'] ?? ''),
  );
  const known = new Set(errorCodes().keys());
  expect(expected).toContain('unknown-module');
  expect([...new Set(expected)].filter((code) => !known.has(code))).toEqual([]);
});

test('every command and every option is in docs/commands.md', async () => {
  const text = page('docs/commands.md');
  const missing = await Promise.all(
    [...COMMANDS].map(async ([name, { add }]) => {
      const command = new Command(name);
      await add(command, () => {});
      const options = [command, ...command.commands].flatMap((one) => one.options.map((option) => option.long ?? ''));
      return [`runbook ${name}`, ...options].filter((one) => !text.includes(one));
    }),
  );
  expect(missing.flat()).toEqual([]);
});

test('links between pages lead to files and headings that are there', () => {
  const dead = PAGES.flatMap((name) =>
    [...page(name).matchAll(/\]\((?<path>[^)#\s:]*)(?:#(?<heading>[^)\s]+))?\)/g)].flatMap(({ groups = {} }) => {
      const path = groups['path'] === '' ? join(ROOT, name) : join(ROOT, dirname(name), groups['path'] ?? '');
      if (!existsSync(path)) return [`${name}: ${relative(ROOT, path)}`];
      const { heading } = groups;
      return heading === undefined || headings(path).includes(heading)
        ? []
        : [`${name}: ${relative(ROOT, path)}#${heading}`];
    }),
  );
  expect(dead).toEqual([]);
});

/** Returns the anchors of the headings of a page. */
function headings(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
