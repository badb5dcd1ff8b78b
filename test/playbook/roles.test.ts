import { describe, expect, test } from 'vitest';
import type { Include, Play, Task } from '../../engine/playbook/base/play.ts';
import { walkSteps } from '../../engine/playbook/base/select-tasks.ts';
import { layeredScope } from '../../engine/values/scope.ts';
import { type Files, load, loadWritten, withFiles } from './written.ts';

async function playOf(files: Files): Promise<Play> {
  const [play] = (await loadWritten(files)).plays;
  if (play === undefined) throw new Error('no play');
  return play;
}

function tasksOf(play: Play): readonly Task[] {
  return [...walkSteps(play.sections.flatMap((section) => section.steps))].filter((step) => step.kind === 'task');
}

const messages = (play: Play) => tasksOf(play).map((task) => task.arguments.get('msg')?.value.literal);
const says = (text: string) => `- debug: {msg: ${text}}\n`;
const roles = (list: string, rest = '') => `- hosts: all\n  roles: ${list}\n${rest}`;

/** Returns the value of a role's variable that the task sees. */
function seen(task: Task | undefined, name: string): unknown {
  if (task?.role === undefined) throw new Error('not of a role');
  return layeredScope([task.role.defaults, task.role.variables, task.role.parameters, ...task.layers]).lookup(name);
}

test('variables of a role: defaults, then vars, then what the use gives', async () => {
  const play = await playOf({
    'site.yml': roles('[{role: a, three: use, vars: {four: use}}]'),
    'roles/a/tasks/main.yml': says('a'),
    'roles/a/defaults/main.yml': 'one: defaults\ntwo: defaults\nthree: defaults\nfour: defaults\n',
    'roles/a/vars/main/1.yml': 'two: first\nthree: vars\n',
    'roles/a/vars/main/2.yaml': 'two: second\n',
  });
  const [task] = tasksOf(play);
  expect(['one', 'two', 'three', 'four'].map((name) => seen(task, name))).toEqual(['defaults', 'second', 'use', 'use']);
  expect(play.roles.map((role) => role.name)).toEqual(['a']);
  expect(task?.searchPath[0]).toBe(play.roles[0]?.path);
});

test('what the use of a role says holds for its tasks, handlers and dependencies', async () => {
  const play = await playOf({
    'site.yml': roles('[{role: a, when: x, tags: t, become: true}]'),
    'roles/a/tasks/main.yml': '- debug: {msg: a}\n  notify: Restart a\n',
    'roles/a/handlers/main.yml': '- name: Restart a\n  debug:\n',
    'roles/a/meta/main.yml': 'dependencies: [{role: b, when: y, tags: u}]',
    'roles/b/tasks/main.yml': says('b'),
  });
  expect(
    tasksOf(play).map((task) => [task.when.map((one) => one.source), [...task.tags], task.settings.become?.literal]),
  ).toEqual([
    [['x', 'y'], ['t', 'u'], true],
    [['x'], ['t'], true],
  ]);
  expect(play.handlers.map(({ listen, step }) => [listen, step.when.length, step.settings.become?.literal])).toEqual([
    [['a : Restart a'], 1, true],
  ]);
});

describe('a dependency that several roles share', () => {
  const shared: Files = {
    'roles/a/tasks/main.yml': says('a'),
    'roles/a/meta/main.yml': 'dependencies: [base]',
    'roles/b/tasks/main.yml': says('b'),
    'roles/b/meta/main.yml': 'dependencies: [base]',
    'roles/c/tasks/main.yml': says('c'),
    'roles/c/meta/main.yml': 'dependencies: [{role: base, port: 1}]',
    'roles/base/tasks/main.yml': says('base'),
  };

  test('is used once for each set of tags, and one of these uses is enough', async () => {
    const play = await playOf({
      ...shared,
      'site.yml': roles('[{role: a, tags: a}, {role: b, tags: b}, {role: b, tags: b}]'),
    });
    expect(messages(play)).toEqual(['base', 'a', 'base', 'b']);
    // --skip-tags a leaves the second one.
    expect(tasksOf(play).map(({ tags }) => [...tags])).toEqual([['a'], ['a'], ['b'], ['b']]);
    const [first, , second] = tasksOf(play).map(({ role }) => role?.sameAs);
    expect(first).toBeDefined();
    expect(first).toBe(second);
  });

  test('runs again with other parameters, another condition, or where duplicates are wanted', async () => {
    expect(messages(await playOf({ ...shared, 'site.yml': roles('[a, c]') }))).toEqual(['base', 'a', 'base', 'c']);
    expect(messages(await playOf({ ...shared, 'site.yml': roles('[{role: a, when: x}, b]') }))).toEqual([
      'base',
      'a',
      'base',
      'b',
    ]);
    const wanted = { ...shared, 'roles/base/meta/main.yml': 'allow_duplicates: true', 'site.yml': roles('[a, b]') };
    expect(messages(await playOf(wanted))).toEqual(['base', 'a', 'base', 'b']);
  });

  test('import_role runs each time, what it depends on only if it has not run', async () => {
    const play = await playOf({
      ...shared,
      'site.yml': roles('[a]', '  tasks: [{import_role: {name: a}}, {import_role: {name: b}}]\n'),
    });
    expect(messages(play)).toEqual(['base', 'a', 'a', 'b']);
  });

  test('what ran in a rescue does not count', async () => {
    const play = await playOf({
      ...shared,
      'site.yml':
        '- hosts: all\n  tasks: [{block: [{debug: }], rescue: [{import_role: {name: a}}]}, {import_role: {name: b}}]\n',
    });
    expect(messages(play)).toEqual([undefined, 'base', 'a', 'base', 'b']);
  });
});

test('a dependency sees the variables of the role that depends on it, below its own', async () => {
  const play = await playOf({
    'site.yml': roles('[{role: a, given: use}]'),
    'roles/a/meta/main.yml': 'dependencies: [{role: b, passed: "{{mine}}"}]',
    'roles/a/defaults/main.yml': 'mine: a\nboth: a\n',
    'roles/b/defaults/main.yml': 'both: b\n',
    'roles/b/tasks/main.yml': says('b'),
  });
  const [task] = tasksOf(play);
  expect(['given', 'both', 'passed'].map((name) => seen(task, name))).toEqual(['use', 'b', 'a']);
});

test('arguments in our form and in that of Ansible', async () => {
  const play = await playOf({
    'site.yml': roles('[a, b]'),
    'roles/a/meta/main.yml': `arguments:
  port: { type: integer, required: true, description: The port. }
  names: { type: list, elements: string, choices: [x, y] }
  free: {}
`,
    'roles/b/meta/argument_specs.yml': `argument_specs:
  main:
    short_description: b
    options:
      path: { type: path, required: true, description: [One., Two.] }
      flag: { type: bool, default: false }
      plain: {}
`,
  });
  expect(
    play.roles
      .flatMap((role) => role.arguments)
      .map(({ name, type, elements, required, choices, description }) => [
        name,
        type,
        elements,
        required,
        choices,
        description,
      ]),
  ).toEqual([
    ['port', 'integer', 'any', true, [], 'The port.'],
    ['names', 'list', 'string', false, ['x', 'y'], ''],
    ['free', 'any', 'any', false, [], ''],
    ['path', 'string', 'any', true, [], 'One.\nTwo.'],
    ['flag', 'boolean', 'any', false, [], ''],
    ['plain', 'string', 'any', false, [], ''],
  ]);
});

test('import_role takes other files of a role, and vars as parameters', async () => {
  const play = await playOf({
    'site.yml':
      '- hosts: all\n  tasks: [{import_role: {name: a, tasks_from: other, vars_from: other.yml, defaults_from: other}, vars: {p: use}}]\n',
    'roles/a/tasks/other.yml': says('other'),
    'roles/a/vars/other.yml': 'v: other\np: vars\n',
    'roles/a/defaults/other.yml': 'd: other\n',
  });
  const [task] = tasksOf(play);
  expect(messages(play)).toEqual(['other']);
  expect(['v', 'd', 'p'].map((name) => seen(task, name))).toEqual(['other', 'other', 'use']);
});

test('the handlers of a role that is used twice are there once, as the last use has them', async () => {
  const play = await playOf({
    'site.yml': roles('[{role: a, p: 1}, {role: a, p: 2}]'),
    'roles/a/handlers/main.yml': '- name: Restart\n  block: [{debug: }]\n  throttle: 1\n- import_tasks: more.yml\n',
    'roles/a/handlers/more.yml': '- name: Reload\n  debug:\n',
  });
  expect(play.handlers.map((handler) => [handler.name, handler.step.kind])).toEqual([
    ['Restart', 'block'],
    ['Reload', 'task'],
  ]);
  expect(play.handlers[0]?.step.role).toBe(play.roles[1]);
});

test('an included role brings its handlers when it is reached; a notify of them is known before', async () => {
  await withFiles(
    {
      'site.yml': '- hosts: all\n  tasks: [{include_role: {name: a}, vars: {p: 1}}]\n',
      'roles/a/tasks/main.yml': '- debug: {msg: a}\n  notify: Restart\n',
      'roles/a/handlers/main.yml': '- name: Restart\n  debug:\n',
    },
    async (folder) => {
      const [play] = (await load(folder)).plays;
      const include = play?.sections[0]?.steps.find((step): step is Include => step.kind === 'include');
      expect([play?.handlers, play?.roles]).toEqual([[], []]);
      const opened = await include?.open('a', []);
      expect(opened?.handlers.map((handler) => handler.name)).toEqual(['Restart']);
      expect(opened?.steps[0]?.role?.parameters.variables.has('p')).toBe(true);
    },
  );
});

test('roles beside the folder of the playbook are found', async () => {
  const loaded = await loadWritten(
    { 'playbooks/site.yml': roles('[a]'), 'roles/a/tasks/main.yml': says('a') },
    'playbooks/site.yml',
  );
  expect(loaded.plays[0]?.roles.map((role) => role.name)).toEqual(['a']);
});
