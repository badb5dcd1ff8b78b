import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

/** The task that is planned after the commands: the file is as the task wants it. */
const IN_SYNC = 'copy: { content: x, dest: "{{here}}/folder/made" }';

interface Row {
  readonly what: string;
  readonly commands: string;
  /** What a plan says of the task after the commands. */
  readonly planned: 'in sync' | 'unknown';
}

const ROWS: readonly Row[] = [
  { what: 'a command that names the file', commands: '- command: rm {{here}}/folder/made', planned: 'unknown' },
  { what: 'a command that names its folder', commands: '- command: rm -r {{here}}/folder', planned: 'unknown' },
  { what: 'a relative name', commands: '- shell: { cmd: rm made, chdir: "{{here}}/folder" }', planned: 'unknown' },
  { what: 'a pattern', commands: '- shell: rm {{here}}/folder/m*', planned: 'unknown' },
  {
    what: 'a check with an apply',
    commands: '- check: "! test -e {{here}}/folder/made"\n      apply: rm {{here}}/folder/made',
    planned: 'unknown',
  },
  {
    what: 'a command that removes',
    commands: '- command: { cmd: "rm {{here}}/folder/made", removes: "{{here}}/folder/made" }',
    planned: 'unknown',
  },
  {
    what: 'a command that may run',
    commands:
      '- command: "false"\n      register: said\n      failed_when: false\n    - command: rm {{here}}/folder/made\n      when: said.rc == 1',
    planned: 'unknown',
  },
  { what: 'a command that names another file', commands: '- command: rm {{here}}/other', planned: 'in sync' },
  {
    what: 'a command that changes nothing',
    commands: '- command: cat {{here}}/folder/made\n      changed_when: false',
    planned: 'in sync',
  },
  {
    what: 'a command that has nothing to do',
    commands: '- command: { cmd: "rm {{here}}/folder/made", creates: "{{here}}/folder" }',
    planned: 'in sync',
  },
];

test.each(ROWS)('after $what, a plan says of the file: $planned', async ({ commands, planned }) => {
  const here = project(commands);
  const said = await runbook(['plan', '-v', 'site.yml'], here);
  expect(said).toMatch(new RegExp(`${planned}: the file`, 'u'));
  if (planned === 'unknown')
    expect(said).toMatch(/known after apply: .*"command|known after apply: .*"(shell|check)"/u);
});

test('a saved plan permits the change that the command makes necessary', async () => {
  const here = project('- command: rm {{here}}/folder/made');
  await runbook(['plan', '-o', 'a.plan', 'site.yml'], here);
  expect(await runbook(['apply', 'a.plan'], here)).toContain(
    '2 changes were made, all of them in the plan, and none is left out',
  );
});

function project(commands: string): string {
  const here = temporaryFolder('runbook-named-');
  writeFileSync(
    join(here, 'site.yml'),
    `- hosts: localhost\n  connection: local\n  gather_facts: false\n  vars: { here: ${here} }\n  tasks:\n    ${commands}\n    - name: the file\n      ${IN_SYNC}\n`,
  );
  mkdirSync(join(here, 'folder'));
  writeFileSync(join(here, 'folder/made'), 'x');
  return here;
}

function runbook(words: readonly string[], here: string): Promise<string> {
  return new Promise((resolve) =>
    execFile(process.execPath, [RUNBOOK, ...words], { cwd: here }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    ),
  );
}
