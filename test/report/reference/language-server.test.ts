import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  APPLY_KEYWORDS,
  INCLUDE_KEYWORDS,
  WITH_KEYWORDS,
  META_KEYWORDS,
  REFUSED_IN_STEPS,
} from '../../../engine/playbook/base/keywords.ts';
import { KEYWORDS } from '../../../engine/report/reference/keyword-schemas.ts';
import { LanguageClient, type Position } from './language-server/client.ts';
import { installLanguageServer } from './language-server/install.ts';

/**
 * The view of an editor with the real yaml-language-server, set up as docs/commands.md describes: the test runs the
 * commands and uses the settings of that page.
 */
const ROOT = join(import.meta.dirname, '../../..');
const PAGE = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'runbook-editor-'));
const editor = await startEditor();
let documents = 0;

/** Without the older loops, which editors accept and do not offer. */
function withoutLoops(names: ReadonlySet<string>): readonly string[] {
  return [...names].filter((name) => !WITH_KEYWORDS.has(name));
}

beforeAll(() => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  execFileSync('ln', ['-s', join(ROOT, 'bin/runbook.js'), join(bin, 'runbook')]);
  const path = [bin, dirname(process.execPath), process.env['PATH']].join(delimiter);
  execFileSync('sh', ['-euc', block('sh', 'mkdir -p .schemas')], { cwd: folder, env: { ...process.env, PATH: path } });
}, 60_000);

afterAll(async () => {
  await editor.close();
  rmSync(folder, { recursive: true });
});

function block(language: string, start: string): string {
  const found = PAGE.split('```').find((one) => one.startsWith(`${language}\n`) && one.includes(start));
  if (found === undefined) throw new Error(`docs/commands.md has no block of ${language} with ${start}`);
  return found.slice(language.length + 1);
}

async function startEditor(): Promise<LanguageClient> {
  const shown = z.record(z.string(), z.unknown()).parse(JSON.parse(block('json', '"yaml.schemas"')));
  const own = Object.entries(shown).map(([name, value]) => [name.replace(/^yaml\./, ''), value]);
  // The server would fetch a catalogue of other schemas from the network.
  const yaml = {
    ...Object.fromEntries(own),
    validate: true,
    hover: true,
    completion: true,
    schemaStore: { enable: false },
  };
  return await LanguageClient.start(await installLanguageServer(), folder, { yaml });
}

const FILES = {
  playbook: (n: number) => `playbooks/document-${String(n)}.yml`,
  tasks: (n: number) => `roles/role-${String(n)}/tasks/install.yml`,
  inventory: (n: number) => `inventory/document-${String(n)}.yml`,
  meta: (n: number) => `roles/role-${String(n)}/meta/main.yml`,
};
type Kind = keyof typeof FILES;

interface Opened {
  readonly file: string;
  readonly at: Position;
  /** `line: message`, counted from 1. */
  readonly wrong: readonly string[];
}

/** Opens a new document of the kind; `<here>` is the position of the cursor. */
async function open(kind: Kind, text: string): Promise<Opened> {
  documents += 1;
  return await openAs(FILES[kind](documents), text);
}

async function openAs(name: string, text: string): Promise<Opened> {
  const file = join(folder, name);
  const [before = ''] = text.split('<here>');
  const lines = before.split('\n');
  const found = await editor.open(file, text.replace('<here>', ''));
  return {
    file,
    at: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
    wrong: found.map(({ range, message }) => `${String(range.start.line + 1)}: ${message}`),
  };
}

/** Returns the offered labels; the tags of the settings are offered everywhere. */
async function offered(kind: Kind, text: string) {
  const { file, at } = await open(kind, text);
  return (await editor.complete(file, at)).filter(({ label }) => !label.startsWith('!'));
}

const MODULES = execFileSync(process.execPath, [join(ROOT, 'bin/runbook.js'), 'docs'], { encoding: 'utf8' })
  .split('\n')
  .flatMap((line) => /^(\w+) {2,}/.exec(line)?.[1] ?? []);

const STATES = ['file', 'directory', 'link', 'hard', 'touch', 'absent'];

describe.concurrent('completion offers', () => {
  test.each<readonly [string, Kind, string, readonly string[]]>([
    ['keys of a play and of an import', 'playbook', '- <here>', ['hosts', 'tasks', 'strategy', 'import_playbook']],
    [
      'modules and keywords of tasks',
      'playbook',
      '- hosts: all\n  tasks:\n    - <here>',
      [...MODULES, 'block', 'when'],
    ],
    ['modules in a block', 'tasks', '- block:\n    - <here>', [...MODULES, 'name']],
    ['modules in files of tasks', 'tasks', '- name: Install\n  <here>', [...MODULES, 'register', 'notify']],
  ])('%s', async (_, kind, text, labels) => {
    expect((await offered(kind, text)).map(({ label }) => label)).toEqual(expect.arrayContaining([...labels]));
  });
});

const OFFERS: ReadonlyArray<readonly [string, Kind, string, readonly string[]]> = [
  ['keys of an import', 'playbook', '- import_playbook: x.yml\n  <here>', ['name', 'when', 'tags', 'vars']],
  ['arguments', 'tasks', '- debug:\n    <here>', ['msg', 'var', 'verbosity']],
  ['arguments in arguments', 'tasks', '- package:\n    brings:\n      - unit: x\n        <here>', ['state', 'enabled']],
  [
    'each form of an element once',
    'tasks',
    '- package:\n    brings:\n      - <here>',
    ['unit', 'state', 'enabled', 'user', 'group', 'file', 'directory'],
  ],
  ['values of an argument', 'tasks', '- file:\n    path: /x\n    state: <here>', STATES],
  ["values of an argument by Ansible's long name", 'tasks', '- ansible.builtin.file:\n    state: <here>', STATES],
  ['values of an argument by its other name', 'tasks', '- service:\n    daemon-reload: <here>', ['true', 'false']],
  ['values of a keyword', 'playbook', '- hosts: all\n  strategy: <here>', ['linear', 'free']],
  ['true and false', 'playbook', '- hosts: all\n  become: <here>', ['true', 'false']],
  ['actions of meta', 'tasks', '- meta: <here>', ['flush_handlers', 'end_host', 'end_play', 'noop']],
  [
    'keys of an import of a role',
    'tasks',
    '- import_role:\n    <here>',
    ['name', 'tasks_from', 'handlers_from', 'defaults_from', 'vars_from'],
  ],
  [
    'keywords of an include',
    'tasks',
    '- include_tasks: x.yml\n  <here>',
    [...withoutLoops(INCLUDE_KEYWORDS), 'listen'],
  ],
  ['keywords of a meta', 'tasks', '- meta: noop\n  <here>', [...META_KEYWORDS, 'listen']],
  [
    'keywords for what an include takes in',
    'tasks',
    '- include_role:\n    name: x\n    apply:\n      <here>',
    [...APPLY_KEYWORDS.difference(REFUSED_IN_STEPS)],
  ],
  ['keys of a loop', 'tasks', '- loop_control:\n    <here>', ['loop_var', 'index_var', 'label', 'pause']],
  ['no form that nobody writes', 'tasks', '- assert:\n    that:\n      - <here>', []],
  ['keys of a group', 'inventory', 'all:\n  children:\n    web:\n      <here>', ['hosts', 'children', 'vars']],
  [
    'keys of an argument of a role',
    'meta',
    'arguments:\n  port:\n    <here>',
    ['type', 'elements', 'description', 'required', 'choices'],
  ],
  [
    'types of an argument of a role',
    'meta',
    'arguments:\n  port:\n    type: <here>',
    ['string', 'integer', 'number', 'boolean', 'list', 'map', 'ipv4', 'ipv4_network', 'any'],
  ],
];

describe.concurrent('completion offers nothing but', () => {
  test.each(OFFERS)('%s', async (_, kind, text, labels) => {
    const found = (await offered(kind, text)).map(({ label }) => label);
    expect(found.toSorted()).toEqual([...labels].toSorted());
  });
});

describe.concurrent('what completion offers', () => {
  test.each<readonly [Kind, string]>([
    ['playbook', '- <here>'],
    ['playbook', '- hosts: all\n  <here>'],
    ['playbook', '- hosts: all\n  roles:\n    - <here>'],
    ['tasks', '- <here>'],
    ['inventory', 'all:\n  <here>'],
    ['meta', '<here>'],
    ...MODULES.map((name) => ['tasks', `- ${name}:\n    <here>`] as const),
  ])('is each key once, explained, and with its colon: %s %j', async (kind, text) => {
    const all = await offered(kind, text);
    expect(all.map(({ label }) => label)).toEqual([...new Set(all.map(({ label }) => label))]);
    expect(
      all.filter(({ documentation, insertText }) => !documentation || !/^[\w"-]+:/.test(insertText ?? '')),
    ).toEqual([]);
  });

  test.each<readonly [string, string, string]>([
    ['a text behind a module that takes one', 'command', 'command: '],
    ['arguments below a module that takes no text', 'copy', 'copy:\n    '],
    ['one condition', 'when', 'when: '],
    ['a list of tasks', 'block', 'block:\n    - '],
  ])('has a place for %s', async (_, label, text) => {
    const found = (await offered('tasks', '- <here>')).find((one) => one.label === label);
    expect(found?.insertText?.replace('$1', '')).toBe(text);
  });
});

describe.concurrent('hovering explains', () => {
  test.each<readonly [string, Kind, string, string]>([
    ['a keyword of a play', 'playbook', '- ho<here>sts: all', keyword('hosts')],
    ['a keyword with values', 'playbook', '- hosts: all\n  <here>strategy: free', keyword('strategy')],
    ['an import', 'playbook', '- <here>import_playbook: x.yml', keyword('import_playbook')],
    ['a keyword of a task', 'tasks', '- command: id\n  chan<here>ged_when: "false"', keyword('changed_when')],
    ['an include', 'tasks', '- include_ta<here>sks: x.yml', keyword('include_tasks')],
    ['a use of a role', 'playbook', '- hosts: all\n  roles: [{ ro<here>le: x }]', keyword('role')],
    ['a module', 'tasks', '- co<here>py: { content: a, dest: /b }', 'Copy a file or a folder to the host'],
    ['a module with a text', 'tasks', '- <here>command: id', 'Run a command, without a shell.'],
    [
      "a module by Ansible's long name",
      'tasks',
      '- ansible.builtin.co<here>py: { dest: /b }',
      'Copy a file or a folder to the host',
    ],
    ['an argument', 'tasks', '- copy: { con<here>tent: a, dest: /b }', 'The content of the file, in place of src.'],
    [
      'an argument in an argument',
      'tasks',
      '- package: { brings: [{ un<here>it: a }] }',
      'A unit of the service manager',
    ],
    ['the values of an argument', 'tasks', '- file: { path: /x, sta<here>te: touch }', '* `directory`'],
    ['hosts of a group', 'inventory', 'all: { ho<here>sts: { a: } }', 'The hosts of the group'],
    [
      'variables of a group',
      'inventory',
      'all: { children: { web: { va<here>rs: { a: 1 } } } }',
      'Variables for every host',
    ],
    ['a type', 'meta', 'arguments: { p: { ty<here>pe: list } }', 'What the value must be'],
    ['dependencies', 'meta', '<here>dependencies: [a]', 'Roles that run before this one.'],
  ])('%s', async (_, kind, text, words) => {
    const { file, at } = await open(kind, text);
    const shown = (await editor.hover(file, at)).replaceAll('\\', '');
    expect(shown).toContain(words);
    // No heading of the whole schema, and no empty alternatives.
    expect(shown).not.toMatch(/^#|\|\|/m);
  });
});

const WRONG: ReadonlyArray<readonly [Kind, string, readonly string[]]> = [
  ['playbook', '- tasks: []', ['1: Missing property "hosts".']],
  ['playbook', '- hosts: all\n  task: []', ['2: Property task is not allowed.']],
  ['playbook', '- import_playbook: x.yml\n  tasks: []', ['2: Property tasks is not allowed.']],
  ['playbook', '- hosts: all\n  strategy: fre', ['2: Value is not accepted. Valid values: "linear", "free".']],
  ['playbook', '- hosts: all\n  gather_facts: maybe', ['2: Incorrect type. Expected "boolean".']],
  ['playbook', '- hosts: all\n  roles:\n    - port: 1', ['3: Missing property "role".']],
  ['tasks', '- copy:\n    dest: /x\n    contnt: x', ['3: Property contnt is not allowed.']],
  ['tasks', '- command:\n    cmd: id\n    create: /x', ['3: Property create is not allowed.']],
  ['tasks', '- command: id\n- command: 5', ['2: Incorrect type. Expected one of object, string, null.']],
  ['tasks', '- service:\n    name: x\n    enabled: maybe', ['3: Incorrect type. Expected "boolean".']],
  [
    'tasks',
    '- package:\n    name: x\n    brings:\n      - unit: x\n        foo: y',
    ['5: Property foo is not allowed.'],
  ],
  ['tasks', '- package:\n    name: x\n    brings:\n      - state: started', ['4: Missing property "unit".']],
  ['tasks', '- command: id\n  whn: "true"', ['2: Property whn is not allowed.']],
  ['tasks', '- command: id\n  become: maybe', ['2: Incorrect type. Expected "boolean".']],
  ['tasks', '- command: id\n  when: 5', ['2: Incorrect type. Expected one of string, boolean, array.']],
  [
    'tasks',
    '- command: id\n  register: a b',
    ['2: The name of a variable has letters, digits and _, and no digit first.'],
  ],
  [
    'tasks',
    '- block:\n    - copy: { dst: /x }\n  rescue:\n    - debug: { message: x }',
    ['2: Property dst is not allowed.', '4: Property message is not allowed.'],
  ],
  ['tasks', '- block: []\n  register: x', ['2: Property register is not allowed.']],
  ['tasks', '- import_tasks: x.yml\n  loop: [1]', ['2: Property loop is not allowed.']],
  ['tasks', '- include_role: { name: x }\n  become: true', ['2: Property become is not allowed.']],
  ['tasks', '- include_tasks: { file: x.yml, apply: { becom: true } }', ['1: Property becom is not allowed.']],
  ['tasks', '- meta: noop\n  notify: x', ['2: Property notify is not allowed.']],
  ['tasks', '- import_role:\n    tasks_from: x', ['1: Missing property "name".']],
  ['tasks', 'hosts: all', ['1: Incorrect type. Expected one of array, null.']],
  ['inventory', 'all:\n  host:\n    a:', ['2: Property host is not allowed.']],
  ['inventory', 'all:\n  hosts: [a, b]', ['2: Incorrect type. Expected one of object, string, null.']],
  [
    'inventory',
    'all:\n  children:\n    web:\n      hosts: { a: 5 }',
    ['4: Incorrect type. Expected one of object, null.'],
  ],
  ['meta', 'dependency: []', ['1: Property dependency is not allowed.']],
  ['meta', 'allow_duplicates: sometimes', ['1: Incorrect type. Expected "boolean".']],
  ['meta', 'dependencies:\n  - port: 1', ['2: Missing property "role".']],
];

describe.concurrent('marks', () => {
  test.each(WRONG)('%s %j', async (kind, text, wrong) => {
    expect((await open(kind, text)).wrong).toEqual(wrong);
  });

  test('what the schema forbids that the first line of a file names', async () => {
    const text = '# yaml-language-server: $schema=.schemas/tasks.json\n- copy: { contnt: x, dest: /x }';
    expect((await openAs('elsewhere.yml', text)).wrong).toEqual(['2: Property contnt is not allowed.']);
  });

  test.each([
    'site.yml',
    'examples/web/site.yml',
    'roles/a/handlers/main.yml',
    'roles/a/tasks/b/c.yml',
    'inventory.yml',
  ])('a file that the settings name by a pattern: %s', async (name) => {
    expect((await openAs(name, '- wrong: 1')).wrong).not.toEqual([]);
  });
});

describe.concurrent('marks nothing in', () => {
  test('the files of this repository', async () => {
    const places = ['playbooks', 'roles', 'inventory', 'examples', 'test/fidelity'];
    const files = execFileSync('git', ['ls-files', ...places], { cwd: ROOT, encoding: 'utf8' })
      .split('\n')
      .filter((file) => file.endsWith('.yml'));
    expect(files.length).toBeGreaterThan(100);
    const marked = await Promise.all(
      files.map(async (file) => {
        const { wrong } = await openAs(`own/${file}`, readFileSync(join(ROOT, file), 'utf8'));
        return wrong.map((one) => `${file}:${one}`);
      }),
    );
    expect(marked.flat()).toEqual([]);
  });

  test.each<readonly [Kind, string]>([
    ['playbook', '- hosts: [a, b]\n  vars: { a: !vault "x", b: !unsafe "y" }\n  serial: ["10%", 5]\n  tasks:'],
    ['playbook', '- hosts: all\n  environment: [{ A: b }, "{{e}}"]\n  vars_files: [a.yml, [b.yml, c.yml]]'],
    ['playbook', '- import_playbook: x.yml\n  when: "true"'],
    ['tasks', '- command:\n  args: { cmd: id, creates: /x }'],
    ['tasks', '- wait_for: { port: "{{port}}" }\n  retries: "{{n}}"\n  become: "{{b}}"'],
    ['tasks', '- check: test -e /x\n  apply: touch /x\n  when: [a, b]'],
    ['tasks', '- ansible.builtin.copy: { content: { a: 1 }, dest: /x }'],
    ['tasks', '# None yet.'],
    ['inventory', '---'],
    ['meta', '---'],
    ['inventory', 'all: { hosts: { "web[01:10]": }, children: { web: { hosts: a }, db: } }'],
    ['meta', 'dependencies: [a, { role: b, port: 1 }]\narguments: { p: { type: list, elements: ipv4 } }'],
  ])('%s %j', async (kind, text) => {
    expect((await open(kind, text)).wrong).toEqual([]);
  });
});

function keyword(name: string): string {
  const described = KEYWORDS[name]?.description;
  if (described === undefined) throw new Error(`no keyword ${name}`);
  return described;
}
