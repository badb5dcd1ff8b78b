import { describe, expect, test } from 'vitest';
import { commentOf } from '../../engine/convert/base/marks.ts';
import type { GivenFile, ProjectOutcome } from '../../engine/convert/base/outcome.ts';
import { convertProject } from '../../engine/convert/project.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { TASKS, type Row } from './task-rows.ts';

function files(given: Readonly<Record<string, string>>): readonly GivenFile[] {
  return Object.entries(given).map(([path, text]) => ({ path, text }));
}

function convert(given: Readonly<Record<string, string>>): Promise<ProjectOutcome> {
  return convertProject(files(given), modules);
}

/** Returns the converted file, by its original name. */
async function converted(given: Readonly<Record<string, string>>, path: string): Promise<string> {
  const outcome = await convert(given);
  return outcome.files.find((file) => file.path === path)?.text ?? '';
}

describe('tasks', () => {
  test.each(TASKS)('$what', async ({ before, after, beside = {} }: Row) => {
    expect(await converted({ ...beside, 'tasks/main.yml': before }, 'tasks/main.yml')).toBe(after);
  });
});

test('a block of handlers that listen to the same listens itself; other ones are left', async () => {
  const before = `- name: a
  block:
    - name: b
      command: b
      listen: x y
    - command: c
      listen: "x y"
- name: d
  block:
    - { name: e, command: e, listen: x }
    - { name: f, command: f, listen: z }
`;
  const left = '    # convert: by hand: listen: Write it at the block: what is in it runs as one handler.';
  expect(await converted({ 'handlers/main.yml': before }, 'handlers/main.yml')).toBe(`- name: a
  listen: x y
  block:
    - name: b
      command: b
    - command: c
- name: d
  block:
${left}
    - { name: e, command: e, listen: x }
${left}
    - { name: f, command: f, listen: z }
`);
});

describe('plays, roles and variables', () => {
  test('a play loses what has no meaning here, and keeps comments and blank lines', async () => {
    const before = `---
# The site
- hosts: localhost
  connection: local
  sudo: yes
  gather_facts: no

  collections: [community.general]
  roles:
    - { role: web, when: ansible_os_family == "Debian" }   # only there
`;
    expect(await converted({ 'site.yml': before }, 'site.yml')).toBe(`---
# The site
- hosts: localhost
  become: true
  gather_facts: false

  roles:
    - { role: web, when: facts.os.family == "debian" }   # only there
`);
  });

  test('connection: local of a play for other hosts is left with its reason', async () => {
    const outcome = await convert({ 'site.yml': '- hosts: web\n  connection: local\n  tasks: []\n' });
    expect(outcome.files[0]?.text).toContain('  # convert: by hand: connection: Write delegate_to: localhost');
  });

  test('variables are read as YAML 1.1 has them', async () => {
    const before = 'a: yes\nb: "yes"\nfile_mode: 0640\nnumber: 010\nno_number: 089\ntext: \'{{ c | upper }}\'\n';
    expect(await converted({ 'defaults/main.yml': before }, 'defaults/main.yml')).toBe(
      'a: true\nb: "yes"\nfile_mode: "0640"\nnumber: 8\nno_number: "089"\ntext: \'{{upper c}}\'\n',
    );
  });

  test('what needs nothing stays byte for byte', async () => {
    const text = '---\n\n#  x\n-   name:   "odd"   # y\n    debug:   {msg: "a" , verbosity : 1}\n\n\n';
    expect(await converted({ 'tasks/main.yml': text }, 'tasks/main.yml')).toBe(text);
  });

  test('a type is known through other variables, and a second conversion knows as much', async () => {
    const given = {
      'r/defaults/main.yml': 'a: true\nb: "{{ a }}"\nc: "{{ a and b }}"\nd: x{{ a }}\n',
      'r/tasks/main.yml': '- set_fact:\n    e: yes\n- debug: {}\n  when: [b, c, d, e]\n',
    };
    const first = await convert(given);
    const tasks = first.files.find(({ path }) => path === 'r/tasks/main.yml')?.text;
    expect(tasks).toContain('when: [b, truthy(c), d != "", e]');
    const second = await convertProject(
      first.files.map(({ newPath, text }) => ({ path: newPath, text })),
      modules,
    );
    expect(second.files.map(({ text }) => text)).toEqual(first.files.map(({ text }) => text));
  });

  test('a type that the defaults tell needs no function for all types', async () => {
    const given = {
      'r/defaults/main.yml': 'known: true\n',
      'r/tasks/main.yml': '- debug: {}\n  when: known\n- debug: {}\n  when: other\n',
    };
    expect(await converted(given, 'r/tasks/main.yml')).toBe(
      '- debug: {}\n  when: known\n- debug: {}\n  when: truthy(other)\n',
    );
  });
});

test('the entries that << adds are converted in their own place', async () => {
  const before = `- &play
  hosts: all
  gather_facts: no
- <<: *play
  hosts: web
  tasks:
    - &task
      copy: &copy
        content: "{{ a | upper }}"
        dest: /b
        mode: 0644
      when: a is defined
    - <<: *task
      copy:
        <<: *copy
        dest: /a
  roles:
    - &role { role: b, when: a is defined }
    - { <<: *role, role: c }
`;
  expect(await converted({ 'site.yml': before }, 'site.yml')).toBe(`- &play
  hosts: all
  gather_facts: false
- <<: *play
  hosts: web
  tasks:
    - &task
      copy: &copy
        content: "{{upper a}}"
        dest: /b
        mode: "0644"
      when: defined(a)
    - <<: *task
      copy:
        <<: *copy
        dest: /a
  roles:
    - &role { role: b, when: defined(a) }
    - { <<: *role, role: c }
`);
});

test('the line end after a value in quotes stays', async () => {
  const before = '- copy: { content: "{{ item }}\\n", dest: /a, mode: "0644" }\n';
  expect(await converted({ 'tasks/main.yml': before }, 'tasks/main.yml')).toBe(before);
});

test('a role whose name is a template is left with its reason', async () => {
  const before = '- hosts: all\n  roles:\n    - "{{ a }}"\n    - { role: "{{ b }}", when: c is defined }\n    - d\n';
  const mark =
    '    # convert: by hand: role: Its name is a template. Write a task in its place: include_role: { name: … }.\n';
  expect(await converted({ 'site.yml': before }, 'site.yml')).toBe(
    `- hosts: all\n  roles:\n${mark}    - "{{ a }}"\n${mark}    - { role: "{{ b }}", when: defined(c) }\n    - d\n`,
  );
});

test('a default of false is not certain where the variable is used as a text', async () => {
  const given = {
    'r/defaults/main.yml': 'flag: false\npath: false\nshown: false\n',
    'r/tasks/main.yml':
      '- file: { path: "{{ path }}/a", state: touch }\n  when: path\n- debug: {}\n  when: flag and shown\n',
    'r/templates/a.j2': '{% if shown %}a {{ shown }}{% endif %}\n',
  };
  const outcome = await convert(given);
  expect(outcome.files.slice(1).map(({ text }) => text)).toEqual([
    '# convert: assumed path is text\n- file: { path: "{{path}}/a", state: touch }\n  when: truthy(path)\n- debug: {}\n  when: flag && truthy(shown)\n',
    '{{!-- convert: assumed shown is text --}}\n{{#if (truthy shown)}}\na {{shown}}{{/if}}\n',
  ]);
});

describe('templates', () => {
  test('a file gets its new name, and so do the tasks that name it', async () => {
    const outcome = await convert({
      'roles/a/templates/x.conf.j2': 'a {{ b | lower }}\n',
      'roles/a/tasks/main.yml': '- template: { src: x.conf.j2, dest: /etc/x.conf, mode: "0644" }\n',
    });
    expect(outcome.files.map(({ newPath, text }) => [newPath, text])).toEqual([
      ['roles/a/templates/x.conf.hbs', 'a {{lower b}}\n'],
      ['roles/a/tasks/main.yml', '- template: { src: x.conf.hbs, dest: /etc/x.conf, mode: "0644" }\n'],
    ]);
  });

  test('the rest of a name that is put together is renamed too', async () => {
    const given = {
      'roles/a/templates/etc/x.conf.j2': 'a {{ b | lower }}\n',
      'roles/a/tasks/main.yml':
        '- template: { src: \'{{ "etc/" + c + ".j2" }}\', dest: /x }\n- template: { src: "{{ c ~ \'.conf.j2\' }}", dest: /x }\n',
    };
    expect(await converted(given, 'roles/a/tasks/main.yml')).toBe(
      '- template: { src: \'{{concat "etc/" c ".hbs"}}\', dest: /x }\n- template: { src: "{{concat c \'.conf.hbs\'}}", dest: /x }\n',
    );
  });

  test('a loop over the first one that is there names it anew', async () => {
    const outcome = await convert({
      'roles/a/templates/x.conf.j2': 'a {{ b | lower }}\n',
      'roles/a/tasks/main.yml': '- debug: {}\n  with_first_found:\n    - mine.conf\n    - x.conf.j2\n',
    });
    expect(outcome.files[1]?.text).toBe("- debug: {}\n  loop: \"[firstFound(['mine.conf', 'x.conf.hbs'])]\"\n");
  });

  test('one whose new name another file has stays as it was', async () => {
    const outcome = await convert({ 'templates/x.j2': '{{ b | lower }}\n', 'templates/x.hbs': 'mine\n' });
    expect(outcome.files.map(({ newPath, text }) => [newPath, text])).toEqual([
      ['templates/x.j2', '{{ b | lower }}\n'],
      ['templates/x.hbs', 'mine\n'],
    ]);
    expect(outcome.files[0]?.marks.map(({ mark }) => commentOf(mark))).toEqual([
      'convert: by hand: there is a file templates/x.hbs already: rename one of the two.',
    ]);
  });

  test('one whose new name something else has stays as it was', async () => {
    const given = files({ 'templates/a.conf.j2': '{{ a | upper }}\n' });
    const outcome = await convertProject(given, modules, { others: ['templates/a.conf.hbs'] });
    expect(outcome.files.map(({ newPath }) => newPath)).toEqual(['templates/a.conf.j2']);
  });

  test('one that cannot be converted stays, and the task says so', async () => {
    const outcome = await convert({
      'roles/a/templates/x.conf.j2': '{{ b | zip_longest(x) }}\n',
      'roles/a/tasks/main.yml': '- template:\n    src: x.conf.j2\n    dest: /etc/x.conf\n',
    });
    expect(outcome.files[0]?.newPath).toBe('roles/a/templates/x.conf.j2');
    expect(outcome.files[1]?.text).toContain('# convert: by hand: roles/a/templates/x.conf.j2 is Jinja still');
  });
});

describe('the form of a file', () => {
  test.each([
    ['Windows line ends', 'a: "{{ b | upper }}"\r\nc: d\r\n', 'a: "{{upper b}}"\r\nc: d\r\n'],
    ['a byte order mark', '\uFEFFa: "{{ b | upper }}"\n', '\uFEFFa: "{{upper b}}"\n'],
    ['both', '\uFEFFa: "{{ b | upper }}"\r\n', '\uFEFFa: "{{upper b}}"\r\n'],
    ['both kinds of line ends', 'a: "{{ b | upper }}"\r\nc: d\n', 'a: "{{upper b}}"\r\nc: d\n'],
    ['no line end at its end', 'a: |\n  {{ b | upper }}', 'a: |\n  {{upper b}}'],
    [
      'a block of lines with Windows line ends',
      'a: |\r\n  {{ b | upper }}\r\n  c\r\n',
      'a: |\r\n  {{upper b}}\r\n  c\r\n',
    ],
  ])('%s stays', async (_what, before, after) => {
    expect(await converted({ 'vars/main.yml': before }, 'vars/main.yml')).toBe(after);
  });

  test('lines that are added end as the others do', async () => {
    const before = '- debug: msg="{{ a | upper }}"\r\n  when: a in b\r\n';
    expect(await converted({ 'tasks/main.yml': before }, 'tasks/main.yml')).toBe(
      '- debug:\r\n    msg: "{{upper a}}"\r\n  # convert: assumed b is a list or a map\r\n  when: a in b\r\n',
    );
  });

  test('a template with Windows line ends keeps them', async () => {
    const before = '{% if a is defined %}\r\nx {{ b | upper }}\r\n{% endif %}\r\n';
    expect(await converted({ 'templates/a.j2': before }, 'templates/a.j2')).toBe(
      '{{#if (defined a)}}\r\nx {{upper b}}\r\n{{/if}}\r\n',
    );
  });
});

describe('whatever the input', () => {
  test('lines of a quoted text without indentation are read as by Ansible', async () => {
    const before = 'a: "{{\n  b | upper\n}}"\nc: yes\n';
    expect(await converted({ 'defaults/main.yml': before }, 'defaults/main.yml')).toBe('a: "{{upper b}}"\nc: true\n');
  });

  test('YAML that cannot be read is told with its place, and stays', async () => {
    const text = '- a: "b\n- c: [\n';
    const {
      files: [file],
    } = await convert({ 'tasks/main.yml': text });
    expect(file?.text).toBe(text);
    expect(file?.problem?.code).toBe('yaml-syntax');
    expect(file?.problem?.place?.file).toBe('tasks/main.yml');
  });

  test.each([
    ['an empty file', ''],
    ['a scalar', 'x\n'],
    ['a list of scalars', '- a\n- b\n'],
    ['no values', '- name:\n  when:\n  copy:\n'],
    ['keys that are no texts', '- ? [a]\n  : b\n  when: x\n'],
    ['an alias', '- &a\n  debug: {}\n- *a\n'],
    ['two documents', '---\n- debug: {}\n---\n- debug: {}\n'],
    ['line ends of Windows', '- debug:\r\n    msg: "{{ a | lower }}"\r\n'],
    [
      '!vault and !unsafe',
      '- set_fact:\n    a: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      61\n    b: !unsafe "{{ x }}"\n',
    ],
    ['a mustache of blanks that does not end', `- debug: {}\n  loop: "{{${' '.repeat(20_000)}x"\n`],
    ['a condition of blanks', `- debug: {}\n  when: "{{${' '.repeat(20_000)}x"\n`],
    ['very deep', `- debug: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`],
  ])('%s', async (_what, text) => {
    const {
      files: [file],
    } = await convert({ 'tasks/main.yml': text });
    expect(typeof file?.text).toBe('string');
  });

  test('a statement with very many blanks ends', async () => {
    const text = `{% if${' '.repeat(20_000)}a %}b{% endif${' '.repeat(20_000)}%}\n`;
    const outcome = await convert({ 'templates/a.j2': text });
    expect(outcome.files[0]?.newPath).toBe('templates/a.hbs');
  });

  test('thousands of levels are told in words', async () => {
    const outcome = await convert({ 'vars/main.yml': `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n` });
    expect(outcome.files[0]?.problem?.message).toBe('vars/main.yml is nested too deep to be read');
  });
});

describe('a second conversion', () => {
  test('does not take the braces of the first one for Jinja', async () => {
    const before = 'a: "{% raw %}{{ b }}{% endraw %} {{ c | upper }}"\nd: \'{{ e }}\\{{ f }}\'\n';
    const first = await convert({ 'vars/main.yml': before, 'templates/x.j2': '{{ "{{" }} b }} {{ c | upper }}\n' });
    const second = await convertProject(
      first.files.map(({ newPath, text }) => ({ path: newPath, text })),
      modules,
    );
    expect(second.files.map(({ text }) => text)).toEqual(first.files.map(({ text }) => text));
    expect(first.files[0]?.text).toContain('# convert: assumed that a backslash before braces');
  });

  test('changes nothing', async () => {
    const given = Object.fromEntries(
      TASKS.map(({ before, beside = {} }, index) => [`r${index}/tasks/main.yml`, { before, beside }] as const).flatMap(
        ([path, { before, beside }]) => [
          [path, before] as const,
          ...Object.entries(beside).map(([name, text]) => [path.replace('tasks/main.yml', name), text] as const),
        ],
      ),
    );
    const first = await convert(given);
    const second = await convertProject(
      first.files.map(({ newPath, text }) => ({ path: newPath, text })),
      modules,
    );
    expect(second.files.map(({ newPath, text }) => [newPath, text])).toEqual(
      first.files.map(({ newPath, text }) => [newPath, text]),
    );
    expect(second.files.flatMap(({ marks }) => marks.filter(({ mark }) => mark.kind === 'assumed'))).toEqual([]);
  });
});
