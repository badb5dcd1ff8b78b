import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { Project, outputsOfRuns } from './outputs.ts';

/**
 * Tasks under no_log, each of which would show the word in another way. The text of the playbook itself is in lower
 * case where it must be readable.
 */
const SAYS: readonly (readonly [what: string, yaml: string])[] = [
  [
    'stdout and stderr of a failed command',
    '{ name: T1, shell: "echo NLOG-out; echo NLOG-err >&2; exit 4", no_log: true, ignore_errors: true, register: kept }',
  ],
  ['loop items', '{ name: T2, command: "true", loop: [NLOG-item-one, NLOG-item-two], no_log: true }'],
  ['items that are maps', '{ name: T3, command: "true", loop: [{ a: NLOG-item-map }], no_log: true }'],
  [
    'the label of a loop',
    '{ name: T4, command: "true", loop: [1, 2], loop_control: { label: "NLOG-label {{item}}" }, no_log: true }',
  ],
  ['a name that has the item in it', '{ name: "T5 {{item}}", command: "true", loop: [NLOG-name], no_log: true }'],
  [
    'items of a loop that fails',
    '{ name: T6, command: "false", loop: [NLOG-failing], no_log: true, ignore_errors: true }',
  ],
  ['items that are skipped', '{ name: T7, command: "true", loop: [NLOG-skipped], when: item == "x", no_log: true }'],
  ['the message of fail', '{ name: T8, fail: { msg: NLOG-failmsg }, no_log: true, ignore_errors: true }'],
  ['the message of debug', '{ name: T9, debug: { msg: NLOG-debug }, no_log: true }'],
  ['a variable that debug shows', '{ name: T10, debug: { var: word }, no_log: true }'],
  [
    'an assertion and its values',
    `{ name: T11, assert: { that: 'word == "other"', fail_msg: "NLOG-assert {{word}}" }, no_log: true, ignore_errors: true }`,
  ],
  [
    'check and apply',
    '{ name: T12, check: "echo NLOG-check; false", apply: "echo NLOG-apply >&2; exit 3", no_log: true, ignore_errors: true }',
  ],
  [
    'attempts',
    '{ name: T13, shell: "echo NLOG-until; echo NLOG-until >&2; exit 1", register: u, until: "u.rc == 0", retries: 1, delay: 0, no_log: true, ignore_errors: true }',
  ],
  ['content', '{ name: T14, copy: { content: "NLOG-content\\n", dest: "{{w}}/NLOG-dest" }, no_log: true }'],
  ['a line', '{ name: T15, lineinfile: { path: "{{w}}/lines", line: NLOG-line, create: true }, no_log: true }'],
  [
    'a path that is impossible',
    '{ name: T16, copy: { content: x, dest: "{{w}}/no-folder/NLOG-lost/x" }, no_log: true, ignore_errors: true }',
  ],
  [
    'what failed_when refuses',
    '{ name: T17, shell: "echo NLOG-failed-when", failed_when: true, no_log: true, ignore_errors: true }',
  ],
  ['a fact that is set', '{ name: T18, set_fact: { later: NLOG-fact }, no_log: true }'],
  [
    'a question',
    '{ name: T19, query: "echo NLOG-query; echo NLOG-query-err >&2; exit 5", no_log: true, ignore_errors: true }',
  ],
  ['a script', '{ name: T20, script: says.sh, no_log: true, ignore_errors: true }'],
  ['an address', '{ name: T21, uri: { url: "http://127.0.0.1:1/NLOG-address" }, no_log: true, ignore_errors: true }'],
  [
    'a download',
    '{ name: T22, get_url: { url: "http://127.0.0.1:1/NLOG-file", dest: "{{w}}/got" }, no_log: true, ignore_errors: true }',
  ],
  ['a program that is not there', '{ name: T23, command: /NLOG-no-such-program, no_log: true, ignore_errors: true }'],
  ['a time limit', '{ name: T24, shell: "echo NLOG-slow; sleep 30", timeout: 0.5, no_log: true, ignore_errors: true }'],
  [
    'the environment',
    '{ name: T25, shell: "echo $WORD; exit 1", environment: { WORD: NLOG-environment }, no_log: true, ignore_errors: true }',
  ],
  [
    'what a template decides',
    '{ name: T26, shell: "echo NLOG-template >&2; exit 1", no_log: "{{yes}}", ignore_errors: true }',
  ],
  [
    'a block around it',
    '{ no_log: true, block: [{ name: T27, shell: "echo NLOG-block >&2; exit 1", ignore_errors: true }] }',
  ],
  [
    'a block with a loop in it',
    '{ no_log: true, block: [{ name: T28, shell: "exit 1", loop: [NLOG-in-block], ignore_errors: true }] }',
  ],
  ['tasks that are imported', '{ import_tasks: more.yml, no_log: true }'],
  ['tasks that are included', '{ include_tasks: { file: more.yml, apply: { no_log: true } } }'],
  ['a role that is imported', '{ import_role: { name: says }, no_log: true }'],
  [
    'an argument that a result makes wrong',
    '{ name: T32, file: { path: "{{w}}/f", state: touch, mode: "{{made.stdout}}" }, no_log: true, ignore_errors: true }',
  ],
  [
    'a condition that fails',
    `{ name: T33, command: "true", when: 'int(made.stdout) > 3', no_log: true, ignore_errors: true }`,
  ],
  [
    'a loop that is no list',
    '{ name: T34, command: "true", loop: "{{made.stdout}}", no_log: true, ignore_errors: true }',
  ],
  [
    'another host that it is done for',
    '{ name: T35, shell: "echo NLOG-delegated >&2; exit 1", delegate_to: localhost, no_log: true, ignore_errors: true }',
  ],
  [
    'a rescue',
    '{ block: [{ name: T36, shell: "echo NLOG-rescued; echo NLOG-rescued >&2; exit 1", no_log: true }], rescue: [{ debug: { msg: "why: {{failed_task.msg}}" } }, { debug: { var: failed_task } }, { debug: { msg: "said {{failed_task.result.stderr}}" } }] }',
  ],
  [
    'a rescue of a loop',
    '{ block: [{ name: T37, shell: "echo {{item}} >&2; exit 1", loop: [NLOG-loop-rescued], no_log: true }], rescue: [{ debug: { var: failed_task } }] }',
  ],
  [
    'a rescue of a block',
    '{ block: [{ fail: { msg: NLOG-block-rescued } }], no_log: true, rescue: [{ debug: { msg: "why: {{failed_task.msg}}" } }] }',
  ],
  ['a file that is asked about', '{ name: T39, stat: { path: "{{w}}/NLOG-stat" }, no_log: true }'],
];

const HANDLER = '{ name: Tell, shell: "echo NLOG-handler; echo NLOG-handler >&2; exit 0", no_log: true }';
const FILES = {
  'more.yml': '- { shell: "echo NLOG-more >&2; exit 1", ignore_errors: true }\n',
  'roles/says/tasks/main.yml': '- { shell: "echo NLOG-role >&2; exit 1", ignore_errors: true }\n',
  'files/says.sh': 'echo NLOG-script; echo NLOG-script >&2; exit 1\n',
  'hosts.yml': 'all: { hosts: { one: { ansible_connection: local } } }\n',
};

function playbook(folder: string, tasks: readonly string[]): string {
  const lines = tasks.map((task) => `    - ${task}\n`).join('');
  return `- hosts: all
  vars: { w: "${folder}/host", word: "NLOG-variable", yes: true }
  pre_tasks:
    - { file: { path: "{{w}}", state: directory } }
    - { shell: "echo NLOG-made", register: made, no_log: true }
    - { command: "true", notify: Tell, loop: [1], no_log: true }
  tasks:
${lines}  handlers:
    - ${HANDLER}
`;
}

/** Returns the lines of the outputs that contain the word. */
function linesWith(word: string, outputs: ReadonlyMap<string, string>): readonly string[] {
  return [...outputs].flatMap(([name, text]) =>
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(word);
      return at < 0 ? [] : [`${name}: …${line.slice(Math.max(0, at - 80), at + 40)}`];
    }),
  );
}

describe('no_log hides', () => {
  test('all that tasks say, in every output', { timeout: 900_000 }, async () => {
    const folder = temporaryFolder('no-log-');
    const project = new Project(folder, {
      ...FILES,
      'site.yml': playbook(
        folder,
        SAYS.map(([, yaml]) => yaml),
      ),
    });
    const outputs = await outputsOfRuns(project, 'site.yml', ['-i', 'hosts.yml']);
    expect(linesWith('NLOG', outputs)).toEqual([]);
    const play = outputs.get('play -vv --diff') ?? '';
    for (const name of ['T1', 'T2', 'T9', 'T14', 'T36', 'Tell']) expect(play).toContain(name);
    expect(play).toContain('hidden by no_log');
    expect(play).toMatch(/ok +changed +skipped +failed.*\none +\d+ +\d+ +1 +0/m);
  });

  test('a plan that can be saved', { timeout: 900_000 }, async () => {
    const folder = temporaryFolder('no-log-');
    const calm = SAYS.map(([, yaml]) => yaml).filter((yaml) => /T(2|3|4|5|7|9|10|14|15|18|39)\b/.test(yaml));
    const project = new Project(folder, { ...FILES, 'site.yml': playbook(folder, calm) });
    const outputs = await outputsOfRuns(project, 'site.yml', ['-i', 'hosts.yml']);
    expect(outputs.get('plan -o')).toContain('Saved');
    expect(linesWith('NLOG', outputs)).toEqual([]);
    for (const output of ['show --format text', 'show --format markdown', 'the saved plan'])
      expect(outputs.get(output)).toContain('idden');
  });

  test('nothing from the tasks that use what was registered', async () => {
    const folder = temporaryFolder('no-log-');
    const tasks = `    - { shell: "echo plain-word", register: kept, no_log: true }
    - { shell: "echo other-word; exit 3", register: failed, no_log: true, ignore_errors: true }
    - { copy: { content: "{{kept.stdout}} {{failed.stdout}} {{failed.rc}}\\n", dest: "{{playbook_dir}}/used" } }
    - { command: "test {{kept.stdout}} = plain-word" }
`;
    const project = new Project(folder, { ...FILES, 'site.yml': `- hosts: all\n  tasks:\n${tasks}` });
    expect(await project.runbook(['play', '-i', 'hosts.yml', 'site.yml'])).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'used'), 'utf8')).toBe('plain-word other-word 3\n');
  });
});

describe('what is wrong with a task under no_log is told without its values', () => {
  test.each([
    [
      'a value of the wrong type',
      '{ copy: { content: x, dest: /tmp/x, mode: "{{wrong}}" }, no_log: true }',
      'site.yml:3:7',
    ],
    ['a file that is not there', '{ copy: { src: NLOG-missing, dest: /tmp/x }, no_log: true }', 'site.yml:3:7'],
    ['a variable that is not there', '{ debug: { msg: "NLOG-x {{nowhere}}" }, no_log: true }', 'no variable "nowhere"'],
    ['no_log itself', '{ debug: { msg: "NLOG-x" }, no_log: perhaps }', 'no_log must be true or false'],
    ['no_log as a template', '{ debug: { msg: hello }, no_log: "{{word}}" }', 'no_log must be true or false'],
  ])('%s', async (_what, task, told) => {
    const project = new Project(temporaryFolder('no-log-'), {
      ...FILES,
      'site.yml': `- hosts: all\n  tasks:\n    - ${task}\n  vars: { word: text, wrong: NLOG-mode }\n`,
    });
    const { status, output } = await project.runbook(['play', '-i', 'hosts.yml', 'site.yml']);
    expect(status).toBe(1);
    expect(output).toContain(told);
    if (!told.includes('no_log')) expect(output).not.toContain('NLOG');
  });
});
