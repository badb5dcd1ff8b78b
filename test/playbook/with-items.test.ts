import { expect, test } from 'vitest';
import { WITH_KEYWORDS } from '../../engine/playbook/base/keywords.ts';
import { walkSteps } from '../../engine/playbook/base/select-tasks.ts';
import { WITH_LOOPS } from '../../engine/playbook/with-items.ts';
import { type ControllerLookups, type Value, Unknown } from '../../engine/values/base/value.ts';
import { ANSIBLE_LOOPS } from '../../engine/values/habits/ansible-loops.ts';
import { layeredScope } from '../../engine/values/scope.ts';
import { loadWritten } from './written.ts';

const lookups: ControllerLookups = {
  rendered: (name) => name,
  kept: (_name, make) => make(),
  environment: () => undefined,
  text: (name) => `text of ${name}`,
  firstFile: (names) => names.find((name) => name.endsWith('debian.yml')),
  filesLike: (pattern) => [`/files/${pattern.replace('*', 'a')}`, `/files/${pattern.replace('*', 'b')}`],
};

const VARIABLES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['xs', ['a', 'b']],
  ['deep', [['a', ['b']], 'c']],
  ['map', { x: 1, y: [2] }],
  ['text', 'one'],
  ['later', new Unknown('a task')],
  [
    'users',
    [
      { name: 'ada', keys: ['k1', 'k2'] },
      { name: 'bob', keys: [] },
      { name: 'eve', ssh: { keys: ['k3'] } },
    ],
  ],
  ['results', [{ skipped: true }, { keys: ['k1'] }]],
]);

/** Returns the items of the loop of a task. */
async function itemsOf(loop: string): Promise<Value> {
  const text = `- hosts: all\n  tasks:\n    - debug:\n      ${loop}\n`;
  const { plays } = await loadWritten({ 'site.yml': text });
  const [task] = [...walkSteps(plays.flatMap(({ sections }) => sections.flatMap(({ steps }) => steps)))];
  if (task?.kind !== 'task' || task.loop?.items.kind !== 'template') throw new Error('no loop');
  const scope = layeredScope([{ level: 'play vars', origin: 'test', variables: VARIABLES }]);
  return task.loop.items.value.resolve({ lookup: (name) => scope.lookup(name), names: () => scope.names(), lookups });
}

// What ansible-core 2.19 makes of the same values.
test.each<readonly [string, Value]>([
  ['with_items: [1, [2, [3]], "{{xs}}"]', [1, 2, [3], 'a', 'b']],
  ['with_items: "{{xs}}"', ['a', 'b']],
  ['with_items: "{{text}}"', ['one']],
  ['with_items: one', ['one']],
  ['with_items: "{{map}}"', [{ x: 1, y: [2] }]],
  ['with_items: {x: 1}', [{ x: 1 }]],
  ['with_items: [["{{map}}"], text]', [{ x: 1, y: [2] }, 'text']],
  ['with_list: "{{map}}"', [{ x: 1, y: [2] }]],
  ['with_flattened: "{{map}}"', [{ x: 1, y: [2] }]],
  ['with_indexed_items: "{{map}}"', [[0, { x: 1, y: [2] }]]],
  ['with_together: "{{map}}"', [['x'], ['y']]],
  [
    'with_together: ["{{map}}", [1]]',
    [
      ['x', 1],
      ['y', null],
    ],
  ],
  ['with_nested: "{{map}}"', [['x'], ['y']]],
  ['with_items: []', []],
  ['with_list: "{{deep}}"', [['a', ['b']], 'c']],
  ['with_flattened: ["{{deep}}", d]', ['a', 'b', 'c', 'd']],
  ['with_community.general.flattened: ["{{deep}}"]', ['a', 'b', 'c']],
  [
    'with_indexed_items: "{{xs}}"',
    [
      [0, 'a'],
      [1, 'b'],
    ],
  ],
  [
    'with_dict: "{{map}}"',
    [
      { key: 'x', value: 1 },
      { key: 'y', value: [2] },
    ],
  ],
  ['with_dict: {x: 1}', [{ key: 'x', value: 1 }]],
  [
    'with_together: ["{{xs}}", [1, 2, 3]]',
    [
      ['a', 1],
      ['b', 2],
      [null, 3],
    ],
  ],
  [
    'with_nested: ["{{xs}}", [1, 2]]',
    [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ],
  ],
  [
    'with_cartesian: [[1], [2], [3, 4]]',
    [
      [1, 2, 3],
      [1, 2, 4],
    ],
  ],
  [
    'with_subelements: [[{name: ada, keys: [k1, k2]}], keys]',
    [
      [{ name: 'ada' }, 'k1'],
      [{ name: 'ada' }, 'k2'],
    ],
  ],
  [
    'with_subelements: ["{{users}}", keys, {skip_missing: true}]',
    [
      [{ name: 'ada' }, 'k1'],
      [{ name: 'ada' }, 'k2'],
    ],
  ],
  ['with_subelements: ["{{users}}", ssh.keys, {skip_missing: true}]', [[{ name: 'eve', ssh: {} }, 'k3']]],
  ['with_subelements: ["{{results}}", keys]', [[{}, 'k1']]],
  ['with_sequence: start=4 end=8 stride=2 format=web%02d', ['web04', 'web06', 'web08']],
  ['with_fileglob: ["*.conf"]', ['/files/a.conf', '/files/b.conf']],
  ['with_file: [motd]', ['text of motd']],
  ['with_first_found: [a.yml, "debian.yml"]', ['debian.yml']],
  ['with_first_found: [{files: [a.yml, debian.yml], paths: [vars, /etc]}]', ['vars/debian.yml']],
  ['with_first_found: {files: "a.yml,debian.yml"}', ['debian.yml']],
  ['with_first_found: [{files: [a.yml], skip: true}]', []],
  ['with_items: "{{later}}"', new Unknown('a task')],
  ['with_flattened: [["{{later}}"]]', new Unknown('a task')],
])('%s', async (loop, items) => {
  expect(await itemsOf(loop)).toEqual(items);
});

test.each([
  ['with_dict: [1]', /with_dict: a map is needed/],
  ['with_subelements: ["{{users}}", keys]', /has no key "keys"/],
  ['with_subelements: ["{{users}}"]', /a list and the name of a key/],
  ['with_together: []', /at least one list/],
  ['with_sequence: start=5 end=1', /make stride negative/],
  ['with_first_found: [a.yml, b.yml]', /none of these files .*a.yml, b.yml/],
  ['with_file: [[a]]', /must be text/],
])('%s is refused', async (loop, message) => {
  await expect(itemsOf(loop)).rejects.toThrow(message);
});

test('each keyword has its meaning, and the form that is preferred', () => {
  expect([...WITH_LOOPS.keys()]).toEqual([...WITH_KEYWORDS]);
  expect([...ANSIBLE_LOOPS.keys()]).toEqual([...WITH_KEYWORDS]);
});
