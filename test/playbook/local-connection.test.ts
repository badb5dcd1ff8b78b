import { expect, test } from 'vitest';
import { Problems } from '../../engine/errors/problem.ts';
import { loadWritten } from './written.ts';

const nothing = { lookup: () => undefined, names: () => [] };

test.each([
  ['- hosts: web\n  tasks:\n    - command: id\n      connection: local\n', 'localhost'],
  ['- hosts: web\n  tasks:\n    - connection: local\n      block:\n        - command: id\n', 'localhost'],
  ['- hosts: web\n  tasks:\n    - command: id\n      connection: local\n      delegate_to: 127.0.0.1\n', 'localhost'],
  ['- hosts: web\n  connection: ssh\n  tasks:\n    - command: id\n', undefined],
  ['- hosts: localhost\n  connection: local\n  tasks:\n    - command: id\n', undefined],
])('%j is delegated to %s', async (text, host) => {
  const { plays } = await loadWritten({ 'site.yml': text });
  const [step] = plays[0]?.sections[0]?.steps ?? [];
  const task = step?.kind === 'block' ? step.block[0] : step;
  expect(task?.kind === 'task' ? task.delegateTo?.render(nothing) : 'no task').toBe(host);
});

test.each([
  ['- hosts: web\n  connection: local\n  tasks:\n    - command: id\n', /at the tasks that run here/],
  ['- hosts: web\n  tasks:\n    - command: id\n      connection: docker\n', /ansible_connection in the inventory/],
  ['- hosts: web\n  tasks:\n    - command: id\n      connection: local\n      delegate_to: db\n', /ansible_connection/],
])('%j is refused', async (text, remedy) => {
  const problems = await loadWritten({ 'site.yml': text }).then(
    () => [],
    (error: unknown) => (error instanceof Problems ? error.problems : []),
  );
  expect(problems.map((problem) => problem.remedy)).toEqual([expect.stringMatching(remedy)]);
});
