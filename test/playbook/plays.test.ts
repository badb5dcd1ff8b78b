import { expect, test } from 'vitest';
import type { Include, Play, Step, Task } from '../../engine/playbook/base/play.ts';
import { walkSteps } from '../../engine/playbook/base/select-tasks.ts';
import { layeredScope } from '../../engine/values/scope.ts';
import { type Files, load, loadWritten, withFiles } from './written.ts';

async function onlyPlay(files: Files): Promise<Play> {
  const { plays } = await loadWritten(files);
  expect(plays).toHaveLength(1);
  const [play] = plays;
  if (play === undefined) throw new Error('no play');
  return play;
}

const stepsOf = (play: Play): readonly Step[] => [...walkSteps(play.sections.flatMap((section) => section.steps))];
const tasksOf = (play: Play): readonly Task[] => stepsOf(play).filter((step) => step.kind === 'task');
const messagesOf = (play: Play): readonly unknown[] =>
  tasksOf(play).map((task) => task.arguments.get('msg')?.value.literal);
const sources = (step: Step | undefined): readonly string[] =>
  (step?.when ?? []).map((expression) => expression.source);

test('a play keeps what it says, and the sections run in their order', async () => {
  const play = await onlyPlay({
    'site.yml': `- name: all of it
  hosts: [etcd, "!spare"]
  serial: [1, "50%", 3]
  strategy: free
  order: sorted
  max_fail_percentage: 30
  any_errors_fatal: true
  gather_facts: false
  vars: { a: 1 }
  vars_files: [more.yml, "{{a}}.yml"]
  post_tasks: [{debug: {msg: post}}]
  tasks: [{debug: {msg: task}}]
  roles: [r]
  pre_tasks: [{debug: {msg: pre}}]
`,
    'more.yml': 'b: 2\n',
    'roles/r/tasks/main.yml': '- debug: {msg: role}\n',
  });
  expect(play.hosts.literal).toEqual(['etcd', '!spare']);
  expect(play.serial).toEqual([
    { kind: 'hosts', count: 1 },
    { kind: 'percent', percent: 50 },
    { kind: 'hosts', count: 3 },
  ]);
  expect([play.name, play.strategy, play.order, play.maxFailPercentage?.literal, play.anyErrorsFatal?.literal]).toEqual(
    ['all of it', 'free', 'sorted', 30, true],
  );
  expect(play.layers.map((layer) => [layer.level, [...layer.variables.keys()]])).toEqual([
    ['play vars', ['a']],
    ['play vars', ['b']],
  ]);
  expect(play.variableFiles).toHaveLength(1);
  expect(play.sections.map((section) => section.name)).toEqual(['pre_tasks', 'tasks', 'post_tasks']);
  expect(messagesOf(play)).toEqual(['pre', 'role', 'task', 'post']);
});

test('a play without a name is called by its hosts', async () => {
  expect((await onlyPlay({ 'site.yml': '- hosts: etcd:&a\n' })).name).toBe('etcd:&a');
});

const TASK_WITH_EVERYTHING = `- hosts: all
  tasks:
    - name: Config of {{a}}
      ansible.builtin.copy: { src: a, dest: /b }
      args: { mode: "0600" }
      loop: '["a", "b"]'
      loop_control: { loop_var: one, index_var: i, label: "{{one}}", pause: 2 }
      register: r
      until: r.rc == 0
      retries: 3
      delay: "{{d}}"
      changed_when: false
      failed_when: [r.rc != 0, r.rc != 2]
      ignore_errors: true
      notify: [Restart, "{{h}}"]
      delegate_to: localhost
      run_once: true
      throttle: 2
      environment: { A: b }
      no_log: true
      timeout: 30
      become: true
      become_user: etcd
      tags: a, b
  handlers:
    - name: Restart
      listen: [other]
      systemd: { name: etcd, state: restarted }
`;

test('a task keeps what it says', async () => {
  const play = await onlyPlay({ 'site.yml': TASK_WITH_EVERYTHING });
  const [task] = tasksOf(play);
  if (task === undefined) throw new Error('no task');
  expect(task.module).toBe('copy');
  expect([...task.arguments.keys()]).toEqual(['src', 'dest', 'mode']);
  expect(task.id).toBe('site.yml:3:7');
  expect(task.loop).toMatchObject({
    items: { kind: 'expression' },
    variable: 'one',
    indexVariable: 'i',
    pauseSeconds: { literal: 2 },
  });
  expect(task.register).toBe('r');
  expect(task.until?.retries?.literal).toBe(3);
  expect([...(task.until?.delaySeconds?.references ?? [])]).toEqual(['d']);
  expect(task.changedWhen?.map((expression) => expression.source)).toEqual(['false']);
  expect(task.failedWhen).toHaveLength(2);
  expect(task.ignoreErrors?.literal).toBe(true);
  expect(task.notify).toHaveLength(2);
  expect([
    task.runOnce?.literal,
    task.throttle?.literal,
    task.settings.noLog?.literal,
    task.settings.timeoutSeconds?.literal,
  ]).toEqual([true, 2, true, 30]);
  expect([task.settings.become?.literal, task.settings.becomeUser?.literal]).toEqual([true, 'etcd']);
  expect(task.settings.environment).toHaveLength(1);
  expect([...task.tags]).toEqual(['a', 'b']);
  expect(play.handlers.map(({ name, listen }) => [name, ...listen])).toEqual([['Restart', 'other']]);
});

test.each<readonly [string, string, Readonly<Record<string, unknown>>]>([
  ['command: make all', 'command', { cmd: 'make all' }],
  ['query: { cmd: id, chdir: / }', 'query', { cmd: 'id', chdir: '/' }],
  ['debug:', 'debug', {}],
  [
    "check: '! test -e /a'\n      apply: rm /a\n      args: { chdir: / }",
    'check',
    { check: '! test -e /a', apply: 'rm /a', chdir: '/' },
  ],
])('%s', async (text, module, args) => {
  const [task] = tasksOf(await onlyPlay({ 'site.yml': `- hosts: all\n  tasks:\n    - ${text}\n` }));
  expect(task?.module).toBe(module);
  expect(Object.fromEntries([...(task?.arguments ?? [])].map(([name, { value }]) => [name, value.literal]))).toEqual(
    args,
  );
});

test.each([
  ['loop: [1, "{{a}}"]', 'template'],
  ['loop: "{{a}}"', 'template'],
  ['loop: a.filter(x, x > 1)', 'expression'],
  [`loop: '["{{", "}}"]'`, 'expression'],
])('%s is a %s', async (text, kind) => {
  const [task] = tasksOf(await onlyPlay({ 'site.yml': `- hosts: all\n  tasks:\n    - debug:\n      ${text}\n` }));
  expect(task?.loop?.items.kind).toBe(kind);
});

test('assertions are expressions, one or several', async () => {
  const tasks = tasksOf(
    await onlyPlay({
      'site.yml': '- hosts: all\n  tasks: [{assert: {that: a == 1}}, {assert: {that: [a == 1, b]}}, {debug: }]\n',
    }),
  );
  expect(tasks.map((task) => task.asserts?.map((expression) => expression.source))).toEqual([
    ['a == 1'],
    ['a == 1', 'b'],
    undefined,
  ]);
});

test('what a play and its blocks say reaches the tasks, innermost last', async () => {
  const play = await onlyPlay({
    'site.yml': `- hosts: all
  become: true
  tags: play
  environment: { A: play }
  tasks:
    - block:
        - debug: { msg: inner }
          when: c
          tags: task
          vars: { x: 2 }
          become: false
          environment: { A: task }
      rescue:
        - debug: { msg: rescued }
      always:
        - debug: { msg: always }
      when: [a, b]
      tags: block
      vars: { x: 1 }
      ignore_errors: true
      throttle: 1
      delegate_to: localhost
      notify: Restart
  handlers: [{ name: Restart, debug: }]
`,
  });
  const [block] = stepsOf(play);
  const [inner, rescued, always] = tasksOf(play);
  if (block?.kind !== 'block') throw new Error('no block');
  if (inner === undefined || rescued === undefined || always === undefined) throw new Error('no tasks');
  expect(block.throttle?.literal).toBe(1);
  expect(sources(block)).toEqual(['a', 'b']);
  expect(sources(inner)).toEqual(['a', 'b', 'c']);
  expect([...inner.tags]).toEqual(['play', 'block', 'task']);
  expect(inner.layers.map((layer) => layeredScope([layer]).lookup('x'))).toEqual([1, 2]);
  expect([inner.settings.become?.literal, rescued.settings.become?.literal]).toEqual([false, true]);
  expect(inner.settings.environment.map((one) => one.literal)).toEqual([{ A: 'play' }, { A: 'task' }]);
  expect([inner.ignoreErrors?.literal, inner.throttle, inner.notify.length]).toEqual([true, undefined, 1]);
  expect(rescued.layers).toBe(always.layers);
});

test('an import gives its condition, tags and variables to each task', async () => {
  const play = await onlyPlay({
    'site.yml': '- hosts: all\n  tasks: [{import_tasks: sub/a.yml, when: a, tags: t, vars: {v: 1}}]\n',
    'sub/a.yml': '- import_tasks: b.yml\n  when: b\n- debug: {msg: 2}\n',
    'sub/b.yml': '- debug: {msg: 1}\n',
  });
  const tasks = tasksOf(play);
  expect(tasks.map((task) => [task.id, sources(task), [...task.tags]])).toEqual([
    ['sub/b.yml:1:3', ['a', 'b'], ['t']],
    ['sub/a.yml:3:3', ['a'], ['t']],
  ]);
  expect(tasks.every((task) => task.layers[0]?.variables.has('v'))).toBe(true);
  expect(tasks[0]?.searchPath[0]).toMatch(/sub$/);
});

test('an include is opened when it is reached: its own condition and tags stay its own, its variables and apply go in', async () => {
  await withFiles(
    {
      'site.yml': `- hosts: all
  tasks:
    - block:
        - include_tasks: { file: "{{f}}.yml", apply: { tags: applied, become: true } }
          when: own
          tags: own
          vars: { v: 1 }
          loop: [a]
      when: outer
      tags: outer
`,
      'a.yml': '- debug: {msg: 1}\n',
      'bad.yml': '- debug: {msg: 1}\n  notify: nobody\n- cpoy: {}\n',
    },
    async (folder) => {
      const { plays } = await load(folder);
      const include = plays.flatMap((play) => stepsOf(play)).find((step): step is Include => step.kind === 'include');
      expect(sources(include)).toEqual(['outer', 'own']);
      const opened = await include?.open('a.yml', [
        { level: 'task vars', origin: 'loop', variables: new Map([['item', 'a']]) },
      ]);
      const [task] = opened?.steps ?? [];
      expect(sources(task)).toEqual(['outer']);
      expect([...(task?.tags ?? [])]).toEqual(['outer', 'applied']);
      expect(task?.settings.become?.literal).toBe(true);
      expect(task?.layers.map((layer) => [...layer.variables.keys()])).toEqual([['v'], ['item']]);
      await expect(include?.open('bad.yml', [])).rejects.toMatchObject({
        problems: [{ code: 'unknown-module' }, { code: 'unknown-handler' }],
      });
      await expect(include?.open('none.yml', [])).rejects.toMatchObject({ problems: [{ code: 'file-not-found' }] });
    },
  );
});

test('an imported playbook keeps its place; what the import says holds for each play', async () => {
  const { plays } = await loadWritten({
    'site.yml': '- import_playbook: sub/etcd.yml\n  tags: etcd\n  when: wanted\n  vars: {v: 2}\n- hosts: b\n',
    'sub/etcd.yml': '- hosts: a\n  vars: {v: 1}\n  roles: [near, far]\n',
    'sub/roles/near/tasks/main.yml': '- debug: {msg: near}\n',
    'roles/far/tasks/main.yml': '- debug: {msg: far}\n',
  });
  expect(plays.map((play) => play.name)).toEqual(['a', 'b']);
  const [first] = plays;
  if (first === undefined) throw new Error('no play');
  expect(messagesOf(first)).toEqual(['near', 'far']);
  expect(tasksOf(first).map((task) => [sources(task), [...task.tags]])).toEqual([
    [['wanted'], ['etcd']],
    [['wanted'], ['etcd']],
  ]);
  expect(first.layers.map((layer) => layer.level)).toEqual(['play vars', 'play vars']);
});
