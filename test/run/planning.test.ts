import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

interface Row {
  readonly what: string;
  readonly tasks: string;
  /** Other files beside the playbook. */
  readonly files?: Readonly<Record<string, string>>;
  readonly play?: string;
  /** What the plan prints, and what it must not print. */
  readonly planned: readonly RegExp[];
  readonly notPlanned?: RegExp;
  readonly played: readonly RegExp[];
  /** The content of the file `made` after the play; undefined if there is none. */
  readonly made?: string;
}

const COPY = 'copy: { content: x, dest: "{{here}}/made" }';

const ROWS: readonly Row[] = [
  {
    what: 'planning tells a message whether this is a plan, by its name in Ansible too',
    tasks: `
    - debug: { msg: "is {{planning}} {{ansible_check_mode}}" }
    - debug: { msg: only planned }
      when: planning
    - debug: { msg: only played }
      when: "!planning"`,
    planned: [/is true true/, /only planned/],
    notPlanned: /only played/,
    played: [/is false false/, /only played/],
  },
  {
    what: 'a task that changes something is planned as it is played',
    tasks: `
    - copy: { content: "is {{planning}}", dest: "{{here}}/made" }
      when: "!planning"
    - copy: { content: x, dest: "{{here}}/other" }
      when: planning`,
    planned: [/1 to change|1 change/],
    notPlanned: /other/,
    played: [/1 changed/],
    made: 'is false',
  },
  {
    what: 'no variable carries planning to a task that changes something',
    tasks: `
    - set_fact: { dry: "{{planning}}" }
    - debug: { msg: "{{planning}}" }
      register: said
    - copy: { content: "{{dry}} {{said.msg}} {{late}}", dest: "{{here}}/made" }
      when: "!dry && !late"
      vars: { late: "{{planning}}" }`,
    planned: [/false false false/],
    played: [/1 changed/],
    made: 'false false false',
  },
  {
    what: 'check_mode: true says what would change, and changes nothing',
    tasks: `
    - ${COPY}
      check_mode: true
      register: copied
      notify: told
    - debug: { msg: "would change {{copied.changed}}" }
  handlers:
    - name: told
      debug: { msg: handler }`,
    planned: [/would change true/, /nothing to do|nothing to change|in sync/],
    notPlanned: /handler/,
    played: [/would change true/, /nothing to do/],
  },
  {
    what: 'check_mode may be a template, is handed down, and the nearest one holds',
    tasks: `
    - check_mode: "{{dry}}"
      block:
        - ${COPY}
        - copy: { content: y, dest: "{{here}}/other" }
          check_mode: "{{omit}}"
        - copy: { content: y, dest: "{{here}}/third" }
          check_mode: false
      vars: { dry: true }`,
    planned: [/third/],
    notPlanned: /other/,
    played: [/1 changed/],
  },
  {
    what: 'check_mode of a play holds for its tasks',
    play: '  check_mode: true\n',
    tasks: `
    - ${COPY}`,
    planned: [/nothing to do|nothing to change|in sync/],
    played: [/nothing to do/],
  },
  {
    what: 'a command with check_mode: false and changed_when: false runs in a plan, as the words that it is',
    tasks: `
    - command: echo $HOME {{rest}}
      check_mode: false
      changed_when: false
      register: said
      vars: { rest: "'; x'" }
    - shell: echo $((1 + 1))
      check_mode: false
      changed_when: false
      register: two
    - copy: { content: "{{said.stdout}} {{two.stdout}}", dest: "{{here}}/made" }`,
    planned: [/\$HOME ; x 2/],
    played: [/1 changed/],
    made: '$HOME ; x 2',
  },
  {
    what: 'check_mode: false alone lets a plan run nothing',
    tasks: `
    - command: touch {{here}}/made
      check_mode: false`,
    planned: [/touch/],
    played: [/1 changed/],
    made: '',
  },
  {
    what: 'variables that tasks and includes may set are unknown in a plan, not missing',
    tasks: `
    - ${COPY}
    - query: cat {{here}}/made
      register: read
    - set_fact: { word: x, other: y }
      when: read.stdout == "x"
    - service_facts:
      when: read.stdout == "x"
    - include_tasks: more.yml
      when: read.stdout == "x"
    - include_tasks: "{{read.stdout}}.yml"
    - debug: { msg: "{{word}} {{more.stdout}} {{late}} {{expr 'type(services) == map'}}" }`,
    files: {
      'more.yml': '- query: echo more\n  register: more\n',
      'x.yml': '- set_fact: { late: late }\n',
    },
    planned: [/1 to change/, /[1-9] unknown/],
    notPlanned: /There is no variable|failed:/,
    played: [/x more late true/],
    made: 'x',
  },
];

function runbook(command: string, folder: string): Promise<string> {
  return new Promise((resolve) =>
    execFile(process.execPath, [RUNBOOK, command, 'site.yml'], { cwd: folder }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    ),
  );
}

test.each(ROWS)('$what', async ({ tasks, files = {}, play = '', planned, notPlanned = /^\b$/, played, made }) => {
  const folder = mkdtempSync(join(tmpdir(), 'planning-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const site = `- hosts: localhost\n${play}  vars: { here: "${folder}" }\n  tasks:${tasks}\n`;
  writeFileSync(join(folder, 'site.yml'), site);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const plan = await runbook('plan', folder);
  for (const text of planned) expect(plan).toMatch(text);
  expect(plan).not.toMatch(notPlanned);
  expect(existsSync(join(folder, 'made'))).toBe(false);
  const told = await runbook('play', folder);
  for (const text of played) expect(told).toMatch(text);
  const file = join(folder, 'made');
  expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(made);
});
