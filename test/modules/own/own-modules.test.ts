import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { moduleFilesIn, moduleFoldersOf } from '../../../engine/cli/options/project-modules.ts';
import { isBuiltIn } from '../../../engine/modules/base/catalogue.ts';
import { OwnModules } from '../../../engine/modules/own/own-modules.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function projectWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('runbook-own-');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function ownOf(folder: string, permit: () => void = () => {}): OwnModules {
  return new OwnModules(moduleFoldersOf(folder).flatMap(moduleFilesIn), isBuiltIn, permit);
}

const module = (name: string, rest = ''): string => `import { argument, defineModule, z } from 'runbook/module';
${rest}
export const module = defineModule({
  name: '${name}',
  summary: 'Does nothing.',
  arguments: z.strictObject({ path: argument.path().describe('A path.') }),
  examples: [],
  observes: () => [],
  plan: () => ({ kind: 'in_sync' }),
});
`;

test('modules of the project and of its roles are found, their tests and other files are not', () => {
  const folder = projectWith({
    'modules/one.ts': '',
    'modules/one.test.ts': '',
    'modules/README.md': '',
    'modules/Two.ts': '',
    'roles/web/modules/three_3.ts': '',
    'roles/web/tasks/four.ts': '',
  });
  expect(ownOf(folder).names()).toEqual(['one', 'three_3']);
});

test('a project without modules has none', () => {
  expect(ownOf(temporaryFolder('runbook-own-')).names()).toEqual([]);
  expect(ownOf('/nowhere/at-all').names()).toEqual([]);
});

const TAKEN: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ['Ansible for a module of runbook', { 'modules/apt.ts': '' }, /comes with runbook has that name/],
  ['a module of runbook', { 'modules/copy.ts': '' }, /modules\/copy\.ts cannot be .* comes with runbook has that name/],
  [
    'another file',
    { 'modules/a.ts': '', 'roles/r/modules/a.ts': '' },
    /roles\/r\/modules\/a\.ts .*\/modules\/a\.ts has/,
  ],
];

test.each(TAKEN)('the name of %s is taken', (_, files, told) => {
  expect(() => ownOf(projectWith(files))).toThrow(told);
});

test('a module is loaded with the files that it imports, and their digests are known', async () => {
  const folder = projectWith({
    'modules/one.ts': module('one', "import { part } from './part.ts';\nconst used: string = part;"),
    'modules/part.ts': 'export const part = 1;',
  });
  const own = new OwnModules([join(folder, 'modules/one.ts')], isBuiltIn, () => {});
  expect([...own.loaded()]).toEqual([]);
  const loaded = await own.module('one');
  expect(loaded.summary).toBe('Does nothing.');
  expect(loaded.arguments.safeParse({ path: '/etc//motd/' })).toEqual({ success: true, data: { path: '/etc/motd' } });
  expect([...own.loaded().keys()].toSorted()).toEqual([
    join(folder, 'modules/one.ts'),
    join(folder, 'modules/part.ts'),
  ]);
});

test('a module that may not run is not loaded', async () => {
  const folder = projectWith({ 'modules/one.ts': `globalThis.wasRun = true;\n${module('one')}` });
  const own = ownOf(folder, () => {
    throw new Error('no');
  });
  await expect(own.module('one')).rejects.toThrow('no');
  expect(globalThis).not.toHaveProperty('wasRun');
});

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ['with an error of syntax', 'export const module = {', /cannot be loaded/],
  ['that throws', 'throw new Error("not today");', /cannot be loaded/],
  ['that imports what is not there', "import './missing.ts';", /cannot be loaded/],
  ['that imports a name that there is not', "import { nothing } from 'runbook/module';", /cannot be loaded/],
  ['without a module', 'export const other = 1;', /exports no module/],
  ['with another name', module('two'), /has the module "two"/],
  ['without a plan', module('one').replace('plan:', 'plans:'), /has no right "plan"/],
  ['with an enum', `enum A { B }\n${module('one')}`, /cannot be loaded/],
];

test.each(WRONG)('a file %s is told with what to do', async (_, text, told) => {
  const own = ownOf(projectWith({ 'modules/one.ts': text }));
  const error = await own.module('one').catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    name: 'Problem',
    what: expect.stringMatching(told),
    remedy: expect.stringMatching(/./),
  });
});
