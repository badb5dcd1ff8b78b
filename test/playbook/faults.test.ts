import { describe, expect, test } from 'vitest';
import { type Files, faultsOf } from './written.ts';

/** The tasks of a play whose first task is at line 3, column 7. */
const tasks = (text: string): Files => ({ 'site.yml': `- hosts: all\n  tasks:\n${text.replace(/^/gm, '    ')}\n` });
const play = (text: string): Files => ({ 'site.yml': `- hosts: all\n${text.replace(/^/gm, '  ')}\n` });

/** `fault` is the code and the place, `file:line:column`. */
type Case = readonly [says: string, files: Files, fault: string, remedy: string | RegExp];

const CASES: readonly Case[] = [
  ['a misspelt keyword of a play', play('sereal: 1'), 'unknown-keyword site.yml:2:3', 'Did you mean "serial"?'],
  ['a play without hosts', { 'site.yml': '- tasks: []\n' }, 'play-without-hosts site.yml:1:3', /Add hosts:/],
  [
    'a list of tasks as playbook',
    { 'site.yml': '- debug: {msg: a}\n' },
    'play-without-hosts site.yml:1:3',
    /below its key tasks:/,
  ],
  ['a map as playbook', { 'site.yml': 'hosts: all\n' }, 'wrong-type site.yml:1:1', /Begin each entry with "- "/],
  ['a word that is no boolean', play('become: maybe'), 'wrong-type site.yml:2:11', /Write true or false/],
  ['a number that is no boolean', play('gather_facts: 2'), 'wrong-type site.yml:2:17', /Write true or false/],
  ['an unknown strategy', play('strategy: host_pinned'), 'unknown-choice site.yml:2:13', 'Write one of: linear, free.'],
  ['serial of zero', play('serial: 0'), 'wrong-type site.yml:2:11', /percentage/],
  ['serial of words', play('serial: [1, half]'), 'wrong-type site.yml:2:15', /percentage/],
  ['a percentage over 100', play('max_fail_percentage: 101'), 'wrong-type site.yml:2:24', ''],
  ['an unknown become_method', play('become_method: runas'), 'become-method site.yml:2:18', /sudo, su, doas/],
  [
    'a missing variables file',
    play('vars_files: [no.yml]'),
    'file-not-found site.yml:2:16',
    /correct (it|its name|the name)/,
  ],
  ['a reserved variable', play('vars: { groups: 1 }'), 'variable-name site.yml:2:11', 'Choose another name.'],
  ['a variable with a hyphen', play('vars: { a-b: 1 }'), 'variable-name site.yml:2:11', /underscores/],
  [
    'a variable that CEL takes for a type',
    play('vars: { string: 1 }'),
    'variable-name site.yml:2:11',
    'Choose another name.',
  ],
  ['a tag with a template', play('tags: ["{{x}}"]'), 'wrong-type site.yml:2:11', 'Write tags: [one, two].'],
  ['a duplicate key', play('become: true\nbecome: true'), 'duplicate-key site.yml:3:3', /Remove one of the two/],

  ['an unknown module', tasks('- cpoy: {src: a}'), 'unknown-module site.yml:3:7', 'Did you mean "copy"?'],
  [
    'a module of a collection',
    tasks('- own.tools.sysctl: {name: a}'),
    'unknown-module site.yml:3:7',
    'Module names are short: write sysctl.',
  ],
  ['a module that Ansible has', tasks('- gem: { name: a }'), 'unknown-module site.yml:3:7', /gem/],
  ['an unknown argument', tasks('- copy: {sorce: a}'), 'unknown-argument site.yml:3:14', ''],
  ['no module', tasks('- name: a'), 'no-module site.yml:3:7', /Add a module/],
  ['two modules', tasks('- copy: {src: a}\n  debug: {msg: b}'), 'two-modules site.yml:4:7', /Make two tasks/],
  ['a module and a block', tasks('- copy: {src: a}\n  block: []'), 'two-modules site.yml:4:7', /Make two tasks/],
  [
    'a misspelt keyword of a task',
    tasks('- debug:\n  wehn: true'),
    'unknown-keyword site.yml:4:7',
    'Did you mean "when"?',
  ],
  ['a loop by chance', tasks('- debug:\n  with_random_choice: [1]'), 'unknown-keyword site.yml:4:7', /Name the item/],
  ['any with_', tasks('- debug:\n  with_ini: [1]'), 'unknown-keyword site.yml:4:7', /loop:/],
  ['an action of a template', tasks('- action: "{{m}} a=b"'), 'unknown-keyword site.yml:3:7', /name of the module/],
  ['async', tasks('- command: x\n  async: 5\n  poll: 0'), 'not-supported site.yml:5:7', /systemd-run/],
  ['listen at a task', tasks('- debug:\n  listen: x'), 'unknown-keyword site.yml:4:7', /notify/],
  [
    'text where a map is needed',
    tasks('- copy: a to b'),
    'arguments-not-a-map site.yml:3:13',
    'Write copy: with its arguments below it, one a line.',
  ],
  [
    'words beside arguments in a text',
    tasks('- copy: src=a dest=/b c'),
    'arguments-not-a-map site.yml:3:13',
    'Put a value with blanks in quotes, or write a map: copy: {src: a, dest: /b}',
  ],
  [
    'a quote without an end in a text with arguments',
    tasks(`- copy: src=a dest=/b's`),
    'arguments-not-a-map site.yml:3:13',
    /a map, in which YAML reads the quotes/,
  ],
  [
    'a name twice in a text with arguments',
    tasks('- command: make chdir=/a chdir=/b'),
    'arguments-not-a-map site.yml:3:16',
    'Keep one of them.',
  ],
  [
    'an argument twice',
    tasks('- copy: {src: a}\n  args: {src: b}'),
    'duplicate-key site.yml:4:14',
    'Keep one of them.',
  ],
  [
    'an octal mode without quotes',
    tasks('- copy: {dest: /a, mode: 0644}'),
    'unquoted-mode site.yml:3:30',
    'Write mode: "0644".',
  ],
  [
    'a mode without its zero',
    tasks('- copy: {dest: /a, mode: 644}'),
    'unquoted-mode site.yml:3:30',
    'Write mode: "0644".',
  ],
  ['apply without check', tasks('- apply: swapoff -a'), 'check-and-apply site.yml:3:7', /shell:/],
  ['check without apply', tasks('- check: test -e /a'), 'check-and-apply site.yml:3:7', /query:/],
  ['a condition that cannot be read', tasks('- debug:\n  when: a ==='), 'expression-syntax site.yml:4:17', /==/],
  ['a condition in braces', tasks('- debug:\n  when: "{{ a }}"'), 'expression-syntax site.yml:4:14', /^Write: a$/],
  ['a condition that is a number', tasks('- debug:\n  when: 3'), 'wrong-type site.yml:4:13', /expression/],
  ['an assertion that cannot be read', tasks('- assert: {that: ["a ==="]}'), 'expression-syntax site.yml:3:28', /==/],
  ['a template that cannot be read', tasks('- debug: {msg: "{{#if a}}"}'), 'template-syntax site.yml:3:21', /./],
  ['an unquoted template', tasks('- debug: {msg: {{a}}}'), 'unquoted-template site.yml:3:20', /"\{\{a\}\}"/],
  ['a loop over a map', tasks('- debug:\n  loop: {a: 1}'), 'wrong-type site.yml:4:13', /map/],
  [
    'loop_control without a loop',
    tasks('- debug:\n  loop_control: {label: a}'),
    'loop-control-alone site.yml:4:7',
    /loop:/,
  ],
  [
    'a misspelt loop_control',
    tasks('- debug:\n  loop: [1]\n  loop_control: {loopvar: a}'),
    'unknown-keyword site.yml:5:22',
    'Did you mean "loop_var"?',
  ],
  [
    'a loop variable that is reserved',
    tasks('- debug:\n  loop: [1]\n  loop_control: {loop_var: facts}'),
    'variable-name site.yml:5:32',
    /another/,
  ],
  ['register of a type name', tasks('- debug:\n  register: int'), 'variable-name site.yml:4:17', /another/],
  ['delay without retries', tasks('- debug:\n  delay: 3'), 'delay-without-retries site.yml:4:7', /retries:/],
  [
    'a keyword of the steps beside an include',
    { ...tasks('- include_tasks: a.yml\n  become: true'), 'a.yml': '' },
    'unknown-keyword site.yml:4:7',
    /apply: {become: …}/,
  ],
  [
    'register at an include',
    { ...tasks('- include_tasks: a.yml\n  register: r'), 'a.yml': '' },
    'unknown-keyword site.yml:4:7',
    /at the tasks in it/,
  ],
  [
    'a keyword of tasks beside a role',
    { 'site.yml': '- hosts: all\n  roles: [{ role: r, notify: x }]', 'roles/r/tasks/main.yml': '' },
    'unknown-keyword site.yml:2:22',
    /vars: {notify: …}/,
  ],
  [
    'retries in words',
    tasks('- debug:\n  until: true\n  retries: three'),
    'wrong-type site.yml:5:16',
    'Write a number such as 0 or 3.',
  ],
  ['a meta action that would do nothing', tasks('- meta: clear_host_errors'), 'unknown-meta site.yml:3:13', /rescue/],
  ['another one', tasks('- meta: refresh_inventory'), 'unknown-meta site.yml:3:13', /reads the inventory once/],
  [
    'an unknown meta action',
    tasks('- meta: flush_handler'),
    'unknown-meta site.yml:3:13',
    'Did you mean "flush_handlers"?',
  ],
  ['rescue without block', tasks('- rescue: []'), 'no-module site.yml:3:7', /block:/],
  ['a block with a loop', tasks('- block: [{debug: }]\n  loop: [1]'), 'unknown-keyword site.yml:4:7', /include_tasks/],
  ['an empty block', tasks('- block: []'), 'empty-block site.yml:3:7', /./],
  ['a task that is text', tasks('- debug'), 'wrong-type site.yml:3:7', /module/],
  ['an environment of text', tasks('- debug:\n  environment: A=b'), 'wrong-type site.yml:4:20', /NAME/],
  [
    'a missing file of tasks',
    tasks('- import_tasks: no.yml'),
    'file-not-found site.yml:3:21',
    /correct (it|its name|the name)/,
  ],
  [
    'a missing file that is included',
    tasks('- include_tasks: no.yml'),
    'file-not-found site.yml:3:22',
    /correct (it|its name|the name)/,
  ],
  ['an import with a template', tasks('- import_tasks: "{{a}}.yml"'), 'template-not-possible site.yml:3:22', /itself/],
  [
    'an import with a loop',
    { ...tasks('- import_tasks: a.yml\n  loop: [1]'), 'a.yml': '' },
    'unknown-keyword site.yml:4:7',
    /include_tasks/,
  ],
  [
    'an unknown option of an include',
    tasks('- include_tasks: {file: site.yml, aply: {}}'),
    'unknown-keyword site.yml:3:39',
    'Did you mean "apply"?',
  ],
  ['import_role as text', tasks('- import_role: etcd'), 'wrong-type site.yml:3:20', 'Write import_role: {name: etcd}.'],
  ['import_playbook among tasks', tasks('- import_playbook: a.yml'), 'misplaced-import site.yml:3:7', /./],
  [
    'a missing playbook',
    { 'site.yml': '- import_playbook: no.yml\n' },
    'file-not-found site.yml:1:20',
    /correct (it|its name|the name)/,
  ],

  [
    'a notify that nobody hears',
    {
      'site.yml':
        '- hosts: all\n  tasks: [{debug: , notify: Restart etdc}]\n  handlers: [{name: Restart etcd, debug: }]\n',
    },
    'unknown-handler site.yml:2:29',
    'Did you mean "Restart etcd"?',
  ],
  ['a handler without a name', play('handlers: [{debug: }]'), 'handler-without-name site.yml:2:14', /name:/],
  [
    'a handler with a template in its name',
    play('handlers: [{name: "{{a}}", debug: }]'),
    'template-not-possible site.yml:2:22',
    /itself/,
  ],
  ['a handler that includes', play('handlers: [{name: a, meta: noop}]'), 'handler-not-a-task site.yml:2:14', /./],
  [
    'two handlers of one name',
    play('handlers:\n  - {name: a, debug: }\n  - {name: a, debug: }'),
    'duplicate-handler site.yml:4:7',
    /another name/,
  ],

  [
    'an unknown role',
    { 'site.yml': '- hosts: all\n  roles: [etdc]\n', 'roles/etcd/tasks/main.yml': '' },
    'unknown-role site.yml:2:11',
    'Did you mean "etcd"?',
  ],
  ['a use without the role', play('roles: [{tags: a}]'), 'role-without-name site.yml:2:11', /role:/],
  [
    'a file that the role has not',
    {
      'site.yml': '- hosts: all\n  tasks: [{import_role: {name: a, tasks_from: b}}]\n',
      'roles/a/tasks/main.yml': '',
    },
    'file-not-found site.yml:2:32',
    /correct the name/,
  ],
  [
    'a parameter that the role does not take',
    {
      'site.yml': '- hosts: all\n  roles: [{role: a, prot: 1}]\n',
      'roles/a/meta/main.yml': 'arguments: {port: {type: integer}}',
    },
    'unknown-role-argument site.yml:2:21',
    'Did you mean "port"?',
  ],
  [
    'a misspelt keyword at a role',
    { 'site.yml': '- hosts: all\n  roles: [{role: a, tgas: x}]\n', 'roles/a/tasks/main.yml': '' },
    'unknown-role-argument site.yml:2:21',
    'Did you mean "tags"?',
  ],
  [
    'a type that Ansible calls so',
    { 'site.yml': '- hosts: all\n  roles: [a]\n', 'roles/a/meta/main.yml': 'arguments: {port: {type: int}}' },
    'unknown-type roles/a/meta/main.yml:1:26',
    'Write integer.',
  ],
  [
    'a default among the arguments',
    { 'site.yml': '- hosts: all\n  roles: [a]\n', 'roles/a/meta/main.yml': 'arguments: {port: {default: 1}}' },
    'unknown-keyword roles/a/meta/main.yml:1:20',
    /defaults\/main.yml/,
  ],
  [
    'a role folder of defaults that is a list',
    { 'site.yml': '- hosts: all\n  roles: [a]\n', 'roles/a/defaults/main.yml': '- a' },
    'wrong-type roles/a/defaults/main.yml:1:1',
    /name: value/,
  ],
];

describe('one fault, with its code, place and remedy', () => {
  test.each(CASES)('%s', async (_says, files, fault, remedy) => {
    const found = await faultsOf(files);
    expect(found.map(({ code, at }) => `${code} ${at}`)).toEqual([fault]);
    if (typeof remedy === 'string') expect(found[0]?.remedy).toBe(remedy);
    else expect(found[0]?.remedy).toMatch(remedy);
  });
});

describe('what imports itself', () => {
  test.each<readonly [string, Files, string, string]>([
    [
      'files',
      {
        'site.yml': '- hosts: all\n  tasks: [{import_tasks: a.yml}]\n',
        'a.yml': '- import_tasks: b.yml',
        'b.yml': '- import_tasks: a.yml',
      },
      'b.yml:1:17',
      'a.yml → b.yml → a.yml',
    ],
    [
      'roles',
      {
        'site.yml': '- hosts: all\n  roles: [a]\n',
        'roles/a/meta/main.yml': 'dependencies: [b]',
        'roles/b/meta/main.yml': 'dependencies: [a]',
      },
      'roles/b/meta/main.yml:1:16',
      'role a → role b → role a',
    ],
    [
      'playbooks',
      { 'site.yml': '- import_playbook: b.yml\n', 'b.yml': '- import_playbook: site.yml\n' },
      'b.yml:1:20',
      'site.yml → b.yml → site.yml',
    ],
    [
      'a role that imports itself',
      { 'site.yml': '- hosts: all\n  roles: [a]\n', 'roles/a/tasks/main.yml': '- import_role: {name: a}' },
      'roles/a/tasks/main.yml:1:23',
      'role a → roles/a/tasks/main.yml → role a',
    ],
  ])('%s: the chain is told', async (_what, files, at, chain) => {
    const found = await faultsOf(files);
    expect(found.map((fault) => [fault.code, fault.at, fault.why])).toEqual([['cycle', at, chain]]);
  });

  test('an include that includes itself is no fault: a condition may end it', async () => {
    expect(
      await faultsOf({
        'site.yml': '- hosts: all\n  tasks: [{include_tasks: a.yml}]\n',
        'a.yml': '- include_tasks: a.yml\n  when: false',
      }),
    ).toEqual([]);
  });
});

describe('files that import each other twice, and so double with each', () => {
  const numbers = Array.from({ length: 25 }, (_, number) => number);
  const twice = (name: string, entry: (next: string) => string): Files =>
    Object.fromEntries(numbers.map((number) => [`${name}${number}.yml`, entry(`${name}${number + 1}.yml`).repeat(2)]));
  test.each<readonly [string, Files]>([
    [
      'import_tasks',
      {
        'site.yml': '- hosts: all\n  tasks: [{import_tasks: t0.yml}]\n',
        ...twice('t', (next) => `- import_tasks: ${next}\n`),
      },
    ],
    [
      'include_tasks',
      {
        'site.yml': '- hosts: all\n  tasks: [{include_tasks: t0.yml}]\n',
        ...twice('t', (next) => `- include_tasks: ${next}\n`),
      },
    ],
    [
      'import_playbook',
      { 'site.yml': '- import_playbook: p0.yml\n', ...twice('p', (next) => `- import_playbook: ${next}\n`) },
    ],
    [
      'dependencies of roles',
      {
        'site.yml': '- hosts: all\n  roles: [r0]\n',
        ...Object.fromEntries(
          numbers.map((number) => [
            `roles/r${number}/meta/main.yml`,
            `dependencies: [{role: r${number + 1}, vars: {x${number}: 1}}, {role: r${number + 1}, vars: {x${number}: 2}}]`,
          ]),
        ),
      },
    ],
  ])('%s: refused once, with the place and the way there', async (_what, files) => {
    const found = (await faultsOf(files)).filter((fault) => fault.code === 'too-many-steps');
    expect(found).toEqual([
      expect.objectContaining({ at: expect.stringMatching(/:\d+:\d+$/), why: expect.stringContaining(' → ') }),
    ]);
  });
});

test('all faults of all files come at once, each once', async () => {
  const found = await faultsOf({
    'site.yml': `- hosts: all
  becom: true
  roles: [a, b]
  tasks:
    - cpoy: {}
    - include_tasks: more.yml
    - import_tasks: more.yml
`,
    'more.yml': '- debug:\n  when: 1 +\n',
    'roles/a/tasks/main.yml': '- debug: {msg: 1\n',
    'roles/b/tasks/main.yml': '- debug: {mgs: 1}\n',
  });
  expect(found.map((fault) => `${fault.code} ${fault.at}`).toSorted()).toEqual([
    'expression-syntax more.yml:2:11',
    'unknown-argument roles/b/tasks/main.yml:1:11',
    'unknown-keyword site.yml:2:3',
    'unknown-module site.yml:5:7',
    expect.stringMatching(/^yaml-syntax roles\/a\/tasks\/main.yml:/),
  ]);
});

test('a fault in an included role shows before anything runs', async () => {
  const found = await faultsOf({
    'site.yml': '- hosts: all\n  tasks: [{include_role: {name: a}}]\n',
    'roles/a/tasks/main.yml': '- debug: {mgs: 1}\n',
  });
  expect(found.map((fault) => fault.at)).toEqual(['roles/a/tasks/main.yml:1:11']);
});

const codes = async (files: Files) => (await faultsOf(files)).map((fault) => fault.code);

test('a notify is not blamed where the handlers could not be read', async () => {
  const notify = '- hosts: all\n  tasks: [{debug: , notify: Restart}]\n';
  expect(await codes({ 'site.yml': `${notify}  handlers: [{name: Restart, cpoy: {}}]\n` })).toEqual(['unknown-module']);
  expect(await codes({ 'site.yml': `${notify}  roles: [none]\n` })).toEqual(['unknown-role']);
  expect(await codes({ 'site.yml': `${notify}  roles: [a]\n`, 'roles/a/handlers/main.yml': '- {' })).toEqual([
    'yaml-syntax',
  ]);
  expect(
    await codes({
      'site.yml': '- hosts: all\n  tasks: [{debug: , notify: Restart}, {include_role: {name: "{{r}}"}}]\n',
    }),
  ).toEqual([]);
});
