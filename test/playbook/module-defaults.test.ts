import { expect, test } from 'vitest';
import type { Step, Task } from '../../engine/playbook/base/play.ts';
import { walkSteps } from '../../engine/playbook/base/select-tasks.ts';
import { type Files, faultsOf, loadWritten } from './written.ts';

async function argumentsOf(files: Files): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { plays } = await loadWritten(files);
  const steps: readonly Step[] = plays.flatMap(({ sections }) => sections.flatMap(({ steps }) => steps));
  const tasks = [...walkSteps(steps)].filter((step): step is Task => step.kind === 'task');
  return tasks.map(({ arguments: all }) =>
    Object.fromEntries([...all].map(([name, { value }]) => [name, value.literal])),
  );
}

const play = (rest: string): Files => ({ 'site.yml': `- hosts: all\n${rest}` });

test.each([
  [
    'of a play, behind those of the task',
    play(
      '  module_defaults: {copy: {owner: root, mode: "0600"}}\n  tasks: [{copy: {dest: /a, mode: "0644"}}, {template: {dest: /b}}]\n',
    ),
    [{ dest: '/a', mode: '0644', owner: 'root' }, { dest: '/b' }],
  ],
  [
    'of a block and of a task replace those of the play for the module',
    play(
      '  module_defaults:\n    ansible.builtin.copy: {owner: root}\n    template: {mode: "0600"}\n  tasks:\n    - module_defaults: {copy: {mode: "0600"}}\n      block:\n        - copy: {dest: /a}\n        - ansible.builtin.template: {dest: /b}\n        - {copy: {dest: /c}, module_defaults: {copy: {}}}\n',
    ),
    [{ dest: '/a', mode: '0600' }, { dest: '/b', mode: '0600' }, { dest: '/c' }],
  ],
  [
    'as a list of maps, and with args',
    play(
      '  module_defaults: [{copy: {owner: root}}, {copy: {owner: ada}}]\n  tasks: [{copy: {dest: /a}, args: {mode: "0600"}}]\n',
    ),
    [{ dest: '/a', mode: '0600', owner: 'ada' }],
  ],
  [
    'of a play in its roles',
    { ...play('  module_defaults: {debug: {msg: hello}}\n  roles: [r]\n'), 'roles/r/tasks/main.yml': '- debug:\n' },
    [{ msg: 'hello' }],
  ],
])('module_defaults %s', async (_name, files, wanted) => {
  expect(await argumentsOf(files)).toEqual(wanted);
});

test.each([
  ['group/aws: {region: x}', 'module-group', /names of the modules/],
  ['copy: [1]', 'wrong-type', /name of a module/],
  ['copy: {color: red}', 'unknown-argument', /^$/],
])('module_defaults: {%s} is refused', async (text, code, remedy) => {
  const found = await faultsOf(play(`  module_defaults: {${text}}\n  tasks: [{copy: {dest: /a}}]\n`));
  expect(found.map((fault) => fault.code)).toEqual([code]);
  expect(found[0]?.remedy).toMatch(remedy);
});
