import { expect, test } from 'vitest';
import { convertProject } from '../../engine/convert/project.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';

test.each([
  ['tasks', '- include_tasks: x.yml'],
  ['tasks', '- ansible.builtin.import_tasks: { file: sub/x.yml }'],
  ['tasks', '- block:\n    - include_tasks: file=x.yml'],
  ['variables', '- include_vars: ../x.yml'],
  ['variables', '- include_vars: { file: x.yml, name: a }'],
  ['variables', '- include_vars: { dir: "{{ playbook_dir }}/sub/" }'],
])('a file of %s in another folder is known by what reads it: %s', async (kind, step) => {
  const [before, after] =
    kind === 'tasks'
      ? ['- block:\n    - debug: { msg: "{{ a | upper }}" }\n', '- block:\n    - debug: { msg: "{{upper a}}" }\n']
      : ['a: yes\n', 'a: true\n'];
  const given = { 'tasks/main.yml': `${step}\n`, 'sub/x.yml': before, 'other/y.yml': before };
  const { files } = await convertProject(
    Object.entries(given).map(([path, text]) => ({ path, text })),
    modules,
  );
  expect(files.slice(1).map(({ text }) => text)).toEqual([after, before]);
});
