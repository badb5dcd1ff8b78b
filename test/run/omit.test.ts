import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

interface Case {
  readonly what: string;
  readonly tasks: string;
  readonly files?: Readonly<Record<string, string>>;
  /** The lines that the tasks write into the file `said`, or a part of the message of a failure. */
  readonly says: readonly string[] | RegExp;
}

const SAY = (text: string): string =>
  `{ shell: 'echo "$1" >>said', environment: { NOTHING: "{{omit}}" } }`.replace('$1', text);

const CASES: readonly Case[] = [
  {
    what: 'an argument is left out, and has its default',
    tasks: `
    - copy: { content: x, dest: "{{here}}/a", mode: "{{default mode omit}}", owner: "{{default owner omit}}", force: "{{omit}}" }
    - stat: { path: "{{here}}/a" }
      register: found
    - ${SAY('{{found.stat.exists}}')}`,
    says: ['true'],
  },
  {
    what: 'a variable carries it to an argument, also into a role',
    tasks: `
    - include_role: { name: writes }
      vars: { text: x, newline: "{{default nowhere omit}}" }`,
    files: {
      'roles/writes/defaults/main.yml': 'newline: wrong\n',
      'roles/writes/tasks/main.yml':
        '- lineinfile: { path: "{{here}}/said", line: "{{text}}", create: true, insertbefore: "{{newline}}" }\n',
    },
    says: ['x'],
  },
  {
    what: 'members and items are left out of an argument, of a loop and of a fact',
    tasks: `
    - set_fact: { m: { a: 1, b: "{{omit}}", c: [1, "{{omit}}"] }, gone: "{{omit}}" }
    - ${SAY('{{expr "size(m)"}} {{expr "size(m.c)"}} {{defined gone}}')}
    - shell: echo {{item.a}} {{default item.b "none"}} >>said
      loop: [{ a: 1, b: "{{omit}}" }, "{{omit}}", { a: 2, b: 3 }]
      args: { chdir: "{{here}}" }
    - command: { argv: [sh, -c, 'echo $# >>said', sh, "{{omit}}", b], chdir: "{{here}}" }`,
    says: ['2 1 false', '1 none', '2 3', '1'],
  },
  {
    what: 'a keyword that is left out is as around it',
    tasks: `
    - become: false
      ignore_errors: true
      delegate_to: localhost
      block:
        - command: "false"
          become: "{{omit}}"
          become_user: "{{omit}}"
          ignore_errors: "{{omit}}"
          delegate_to: "{{omit}}"
          run_once: "{{omit}}"
          no_log: "{{omit}}"
          timeout: "{{omit}}"
          throttle: "{{omit}}"
          notify: "{{omit}}"
          environment: "{{omit}}"
          any_errors_fatal: "{{omit}}"
    - ${SAY('after')}`,
    says: ['after'],
  },
  {
    what: 'two arguments of which omit leaves out one go together',
    tasks: `
    - copy: { content: "{{default text omit}}", src: "{{default file omit}}", dest: "{{here}}/said" }
      vars: { text: "x" }`,
    says: ['x'],
  },
  {
    what: 'the argument of a role that omit leaves out is not set',
    tasks: `
    - import_role: { name: r }
      vars: { must: "{{omit}}", number: "{{omit}}" }`,
    files: {
      'roles/r/meta/main.yml': 'arguments: { must: { type: string, required: true }, number: { type: integer } }\n',
      'roles/r/tasks/main.yml': '- debug: { msg: a }\n',
    },
    says: /role r: must is not set/,
  },
  {
    what: 'a task that lacks what it must have says so',
    tasks: `
    - copy: { content: a, dest: "{{omit}}" }`,
    says: /copy: .*dest|dest.*copy/,
  },
];

test.each(CASES)('$what', async ({ tasks, files = {}, says }) => {
  const folder = mkdtempSync(join(tmpdir(), 'omit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const site = `- hosts: localhost\n  vars: { here: "${folder}" }\n  tasks:${tasks}\n`;
  for (const [name, text] of Object.entries({ ...files, 'site.yml': site })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll('>>said', `>>${folder}/said`));
  }
  const told = await new Promise<string>((resolve) =>
    execFile(process.execPath, [RUNBOOK, 'play', 'site.yml'], { cwd: folder }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    ),
  );
  if (says instanceof RegExp) expect(told).toMatch(says);
  else expect([told, readFileSync(join(folder, 'said'), 'utf8').trimEnd().split('\n')]).toEqual([told, says]);
});
