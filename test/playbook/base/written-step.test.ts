import { expect, test } from 'vitest';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { writtenStep } from '../../../engine/playbook/base/written-step.ts';
import type { Node } from '../../../engine/values/base/node.ts';
import { readYaml } from '../../../engine/values/yaml/yaml.ts';

/** The plain value of a node. */
function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
}

async function stepOf(yaml: string): Promise<Node> {
  const [node] = readYaml(yaml, 'x.yml');
  if (node?.kind !== 'map') throw new Error('no map');
  return writtenStep(node, modules);
}

test.each([
  ['file: path=/x state=directory mode=0755', { file: { path: '/x', state: 'directory', mode: '0755' } }],
  ['ansible.builtin.file: path=/x mode=u=rw', { file: { path: '/x', mode: 'u=rw' } }],
  ['copy: content="a b" dest={{ d }}/x', { copy: { content: 'a b', dest: '{{ d }}/x' } }],
  ['copy: >\n  src=a\n  dest="/b c"\n', { copy: { src: 'a', dest: '/b c' } }],
  ['set_fact: a=1 b=yes', { set_fact: { a: '1', b: 'yes' } }],
  ['apt: name=vim state=present', { package: { name: 'vim', state: 'present' } }],
  ['modprobe: name=dummy', { kernel_module: { name: 'dummy', persistent: false } }],
  ['include_role: name=etcd tasks_from=x', { include_role: { name: 'etcd', tasks_from: 'x' } }],
  ['import_tasks: file=a.yml', { import_tasks: { file: 'a.yml' } }],
  ['import_tasks: a=b.yml', { import_tasks: 'a=b.yml' }],
  [
    'command: tar -xf a.tar chdir=/opt creates=/opt/a',
    { command: { cmd: 'tar -xf a.tar', chdir: '/opt', creates: '/opt/a' } },
  ],
  ['shell: chdir=/opt ls   -l  "a  b"', { shell: { cmd: 'ls   -l  "a  b"', chdir: '/opt' } }],
  ['shell: a   b chdir=/opt   c', { shell: { cmd: 'a   b c', chdir: '/opt' } }],
  ['shell: |\n  cd a\n  b=c d chdir=/opt\n', { shell: { cmd: 'cd a\nb=c d', chdir: '/opt' } }],
  ['shell: FOO=bar make x=y', { shell: 'FOO=bar make x=y' }],
  ['shell: echo "chdir=/x"', { shell: 'echo "chdir=/x"' }],
  ['command: "{{ a }}"', { command: '{{ a }}' }],
  ['debug: the answer=42', { debug: 'the answer=42' }],
  ['debug: nothing=42', { debug: 'nothing=42' }],
  ['uri: https://a.test/?b=c', { uri: 'https://a.test/?b=c' }],
  ['file: path=/x path=/y', { file: 'path=/x path=/y' }],
  ['file: path="/x', { file: 'path="/x' }],
  ['action: file path=/x state=touch', { file: { path: '/x', state: 'touch' } }],
  ['action: setup', { setup: null }],
  ['action: {module: copy, src: a, dest: /b}', { copy: { src: 'a', dest: '/b' } }],
  [
    'local_action: command id chdir=/tmp\ndelegate_to: other',
    { command: { cmd: 'id', chdir: '/tmp' }, delegate_to: 'localhost' },
  ],
  ['local_action: {module: ansible.builtin.stat, path: /x}', { stat: { path: '/x' }, delegate_to: 'localhost' }],
  ['action: "{{ m }} a=b"', { action: '{{ m }} a=b' }],
  ['name: a=b\nnotify: c=d\nfile: {path: /x}', { name: 'a=b', notify: 'c=d', file: { path: '/x' } }],
])('%s', async (yaml, wanted) => {
  expect(plain(await stepOf(yaml))).toEqual(wanted);
});

/** The text in a file at the place of a value. */
function textAt(yaml: string, node: Node): string {
  const { line, column, length = 1 } = node.place;
  return (yaml.split('\n')[line - 1] ?? '').slice(column - 1, column - 1 + length);
}

test.each([
  'file: path=/x state=directory mode="0755"',
  'file: "path=/x state=directory"',
  'file: >\n    path=/x\n    state=directory',
  'command: tar   -x chdir=/opt creates=/b',
  'action: file path=/x state=directory',
])('places of values are exact: %s', async (text) => {
  const yaml = text;
  const node = await stepOf(yaml);
  const call = node.kind === 'map' ? node.entries[0]?.value : undefined;
  for (const { key, keyPlace, value } of call?.kind === 'map' ? call.entries : []) {
    expect(textAt(yaml, value)).toBe(value.kind === 'scalar' && key !== 'cmd' ? value.value : 'tar   -x');
    if (key !== 'cmd')
      expect(yaml.split('\n')[keyPlace.line - 1]?.slice(keyPlace.column - 1)).toMatch(new RegExp(`^${key}=`));
  }
  expect(call?.kind).toBe('map');
});
