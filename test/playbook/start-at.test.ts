import { expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import { type TagSelection, walkSteps } from '../../engine/playbook/base/select-tasks.ts';
import { writtenTitle } from '../../engine/playbook/base/written-title.ts';
import { startingAt } from '../../engine/playbook/start-at.ts';
import { loadWritten } from './written.ts';

const FILES = {
  'site.yml': `
- name: First
  hosts: all
  pre_tasks:
    - { name: Before, debug: { msg: b }, tags: always }
  roles: [web]
  tasks:
    - name: Group
      block:
        - { name: Inner one, debug: { msg: 1 } }
        - { name: "Inner {{ x }}", debug: { msg: 2 }, tags: [slow] }
      rescue:
        - { name: Rescued, debug: { msg: r } }
      always:
        - { name: Cleanup, debug: { msg: c } }
        - { name: Last, debug: { msg: l } }
    - debug: { msg: unnamed }
  post_tasks:
    - { name: More, include_tasks: more.yml }
  handlers:
    - { name: Restart, debug: { msg: h } }
- name: Second
  hosts: all
  tasks:
    - { name: Twice, debug: { msg: 1 } }
    - { name: Twice, debug: { msg: 2 } }
    - { name: "[odd] (name)", debug: { msg: 3 } }
`,
  'more.yml': '- { name: Included, debug: { msg: i } }\n',
  'roles/web/tasks/main.yml':
    '- { name: Install, debug: { msg: i } }\n- { name: Configure, debug: { msg: c }, notify: Restart }\n',
};

const BEHIND = ['debug', 'More', 'Twice', 'Twice', '[odd] (name)'];
const BLOCK = ['Inner one', 'Inner {{ x }}', 'Rescued', 'Cleanup', 'Last'];
const NO_TAGS: TagSelection = { tags: [], skipTags: [] };

async function kept(name: string, selection = NO_TAGS): Promise<readonly string[]> {
  const { plays } = startingAt(await loadWritten(FILES), name, selection);
  return plays
    .flatMap((play) => play.sections.flatMap((section) => [...walkSteps(section.steps)]))
    .filter((step) => step.kind !== 'block')
    .map(writtenTitle);
}

test.each<[string, string, readonly string[]]>([
  ['the first task', 'Before', ['Before', 'web : Install', 'web : Configure', ...BLOCK, ...BEHIND]],
  ['a task of a role', 'Configure', ['web : Configure', ...BLOCK, ...BEHIND]],
  ['a task of a role, with the role', 'web : Configure', ['web : Configure', ...BLOCK, ...BEHIND]],
  ['a pattern: the first that fits', 'C*', ['web : Configure', ...BLOCK, ...BEHIND]],
  ['a pattern with one character', 'Inner on?', [...BLOCK, ...BEHIND]],
  ['a pattern with a class', 'web : [!I]*', ['web : Configure', ...BLOCK, ...BEHIND]],
  ['a block', 'Group', [...BLOCK, ...BEHIND]],
  ['within a block: with its rescue and always', 'Inner {{ x }}', [...BLOCK.slice(1), ...BEHIND]],
  ['within always: nothing else of the block', 'Last', ['Last', ...BEHIND]],
  ['a task without a name, by its module', 'debug', BEHIND],
  ['an include', 'More', BEHIND.slice(1)],
  ['of two with one name the first', 'Twice', BEHIND.slice(2)],
  ['a name that would be another pattern', '[odd] (name)', BEHIND.slice(4)],
])('starts at %s', async (_, name, expected) => {
  expect(await kept(name)).toEqual(expected);
});

test('the plays before are left out, and roles of which nothing is left', async () => {
  const playbook = await loadWritten(FILES);
  const rest = startingAt(playbook, 'Group', NO_TAGS);
  expect(rest.plays.map((play) => play.name)).toEqual(['First', 'Second']);
  expect(rest.plays[0]?.roles).toEqual([]);
  expect(rest.plays[0]?.handlers).toHaveLength(1);
  expect(startingAt(playbook, 'Configure', NO_TAGS).plays[0]?.roles).toHaveLength(1);
  expect(startingAt(playbook, 'Twice', NO_TAGS).plays.map((play) => play.name)).toEqual(['Second']);
});

test.each<[string, string, TagSelection, readonly [why: RegExp, remedy: RegExp]]>([
  [
    'a misspelt name',
    'Instal',
    NO_TAGS,
    [/^$|start at the include/, /Did you mean "Install"\? The tasks are: Before, web/],
  ],
  ['a name in other letters', 'install', NO_TAGS, [/include/, /Did you mean "Install"/]],
  ['a task of a rescue', 'Rescued', NO_TAGS, [/in a rescue, which runs only after a failure/, /Inner one/]],
  ['a handler', 'Restart', NO_TAGS, [/It is a handler/, /The tasks are/]],
  ['what an include brings', 'Included', NO_TAGS, [/start at the include/, /More/]],
  [
    'what the tags leave out',
    'Inner {{ x }}',
    { tags: [], skipTags: ['slow'] },
    [/tags of the command line/, /Inner one/],
  ],
  ['the name of a play', 'Second', NO_TAGS, [/include/, /--list-tasks/]],
])('is told why it cannot start at %s', async (_, name, selection, [why, remedy]) => {
  const problem = await kept(name, selection).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    code: 'unknown-task',
    why: expect.stringMatching(why),
    remedy: expect.stringMatching(remedy),
  });
});
