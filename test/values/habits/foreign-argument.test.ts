import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Problems } from '../../../engine/errors/problem.ts';
import { argumentNames, foreignArguments } from '../../../engine/modules/base/argument-problem.ts';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { loadPlaybook } from '../../../engine/playbook/load-playbook.ts';
import { OWN_MODULES } from '../../../engine/values/habits/ansible-modules.ts';
import { hasNoEffect, idle, idleAs, insteadOfArgument } from '../../../engine/values/habits/foreign-argument.ts';
import { withFiles } from '../../playbook/written.ts';

const DOCUMENTED = z
  .array(z.strictObject({ module: z.string(), here: z.string(), arguments: z.record(z.string(), z.array(z.string())) }))
  .parse(parse(readFileSync(join(import.meta.dirname, '../../modules/documented-arguments.yml'), 'utf8')));

test.each([
  [idle('it is so.'), undefined, true],
  [idle('it is so.'), 'whatever', true],
  [idleAs([false], 'Do that.'), false, true],
  [idleAs([false], 'Do that.'), 'no', true],
  [idleAs([true], 'Do that.'), 'yes', true],
  [idleAs([false], 'Do that.'), true, false],
  [idleAs([false], 'Do that.'), undefined, false],
  [idleAs(['auto'], 'Do that.'), 'auto', true],
  [idleAs(['auto'], 'Do that.'), 'apt', false],
  ['Do that.', false, false],
] as const)('%j with %j has no effect: %s', (argument, value, expected) => {
  expect(hasNoEffect(argument, value)).toBe(expected);
});

test('the remedy of what is idle says why', () => {
  expect(insteadOfArgument(idle('it is so.'))).toBe('Leave it out: it is so.');
});

describe.each(DOCUMENTED)('Ansible documents of $module', (documented) => {
  test('no argument that is unknown here', async () => {
    const module = await modules.module(documented.here);
    const known = new Set([
      ...argumentNames(module),
      ...Object.keys(module.aliases ?? {}),
      ...Object.keys(foreignArguments(module)),
    ]);
    const all = Object.entries(documented.arguments).flat(2);
    expect(all.filter((name) => !known.has(name))).toEqual([]);
  });

  test('no other name of an argument that stands for another one here', async () => {
    const { aliases = {}, ...module } = await modules.module(documented.here);
    const own = new Set(argumentNames(module));
    const meant = (name: string): string => aliases[name] ?? name;
    const wrong = Object.entries(documented.arguments).flatMap(([name, others]) =>
      own.has(meant(name)) ? others.filter((other) => !own.has(other) && meant(other) !== meant(name)) : [],
    );
    expect(wrong).toEqual([]);
  });
});

test('a module is one of Ansible, or of our own', () => {
  const documented = DOCUMENTED.flatMap(({ module }) => (modules.names().includes(module) ? [module] : []));
  expect([...documented, ...OWN_MODULES].toSorted()).toEqual(modules.names().toSorted());
});

const play = (task: string): string => `- hosts: all\n  tasks:\n    - ${task}\n`;

async function faults(task: string): Promise<readonly (string | undefined)[]> {
  return withFiles({ 'site.yml': play(task) }, async (folder) => {
    try {
      await loadPlaybook(join(folder, 'site.yml'), { modules, rolesPath: [] });
      return [];
    } catch (error) {
      if (!(error instanceof Problems)) throw error;
      return error.problems.map(({ remedy }) => remedy);
    }
  });
}

test.each([
  ['stat: { path: /a, get_mime: false, get_attributes: no, get_md5: false }'],
  ['command: { cmd: ls, warn: false }'],
  ['shell: ls\n      args: { warn: no }'],
  ['package: { name: a, force_apt_get: true, autoremove: false, lock_timeout: 60 }'],
  ['unarchive: { src: /a.tar, dest: /b, copy: true }'],
  ['set_fact: { a: 1, cacheable: false }'],
  ['service: { name: a, sleep: 5, use: auto }'],
  ['get_url: { url: https://a/b, dest: /b, unsafe_writes: false, use_gssapi: false }'],
  ['package: { name: a, allow_downgrades: true }'],
  ['yum_repository: { name: a, baseurl: https://a, validate_certs: true, excludepkgs: b }'],
])('%s is taken', async (task) => {
  expect(await faults(task)).toEqual([]);
});

test.each([
  ['stat: { path: /a, get_mime: true }', 'Leave it out. Use query: file --brief --mime-type PATH.'],
  ['stat: { path: /a, get_mime: "{{x}}" }', 'Leave it out. Use query: file --brief --mime-type PATH.'],
  [
    'set_fact: { cacheable: true }',
    'Leave it out: a fact lasts as long as the run. Write what later runs need into a file of the host.',
  ],
  ['package: { name: a, world: true }', 'Write command: apk upgrade.'],
  [
    'unarchive: { src: /a.tar, dest: /b, copy: false }',
    'Write remote_src: true in place of copy: false: both mean that src is on the host.',
  ],
])('%s is refused', async (task, remedy) => {
  expect(await faults(task)).toEqual([remedy]);
});
