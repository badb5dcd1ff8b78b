import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function lint(cwd: string, ...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'cache'), NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(RUNBOOK, ['lint', ...args], { cwd, env, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** A project with these files, and a .git that marks its top. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('runbook-lint-');
  mkdirSync(join(folder, '.git'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const PLAY = '- name: Web\n  hosts: localhost\n  tasks:\n';
const LATEST = `${PLAY}    - name: nginx\n      package: { name: nginx, state: latest }\n`;

test('a warning names its rule, its place and what to do, and is no failure', async () => {
  const { status, stdout, stderr } = await lint(project({ 'site.yml': LATEST }), 'site.yml');
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^warning\[latest-version\]: .*\n {2}--> site\.yml:5:38\n[\s\S]* {2}help: Write state: present/,
  );
  expect(stdout).toBe('1 playbook: no problems, 1 warning\n');
});

test('--strict makes a warning a failure, and an error of a rule is one by itself', async () => {
  expect((await lint(project({ 'site.yml': LATEST }), 'site.yml', '--strict')).status).toBe(1);
  const wrong = `${PLAY}    - name: Built\n      command: make && make install\n      changed_when: true\n`;
  expect(await lint(project({ 'site.yml': wrong }), 'site.yml')).toMatchObject({
    status: 1,
    stdout: '1 playbook: 1 problem\n',
  });
});

test('levels: the file of the project, and above it the command line', async () => {
  const folder = project({ 'site.yml': LATEST, '.runbook-lint.yml': 'rules:\n  latest-version: error\n' });
  expect((await lint(folder, 'site.yml')).status).toBe(1);
  expect((await lint(folder, 'site.yml', '--rule', 'latest-version=off')).stdout).toBe('1 playbook: no problems\n');
  writeFileSync(join(folder, 'other.yml'), 'rules: { latest-version: advice }\n');
  expect((await lint(folder, 'site.yml', '--config', 'other.yml')).stdout).toContain('1 piece of advice');
});

test.each([
  [['--rule', 'latest-versions=off'], /there is no rule "latest-versions"\n {2}help: Did you mean "latest-version"\?/],
  [['--rule', 'latest-version'], /the rule has no level\n {2}help: Write one of: off, error, warning, advice/],
  [['--rule', 'latest-version=fatal'], /there is no level "fatal"/],
  [
    ['--config', 'nowhere.yml'],
    /settings of lint nowhere\.yml cannot be read[\s\S]*help: Correct the path after --config/,
  ],
  [['--format', 'xml'], /Write one of: text, json, sarif, junit, github, codeclimate/],
])('%j is refused with a remedy', async (args, says) => {
  const ended = await lint(project({ 'site.yml': LATEST }), 'site.yml', ...args);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(says);
});

test.each([
  ['rules: { nosuch: off }\n', /there is no rule "nosuch"\n {2}--> \.runbook-lint\.yml:1:10/],
  ['rules: { latest-version: never }\n', /there is no level "never"\n {2}--> \.runbook-lint\.yml:1:26/],
  ['latest-version: off\n', /The settings of lint must be a map[\s\S]*Write rules: and below it/],
  ['- a\n', /The settings of lint must be a map/],
  ['rules: [a\n', /error: /],
])('settings %j are refused at their place', async (settings, says) => {
  const ended = await lint(project({ 'site.yml': LATEST, '.runbook-lint.yml': settings }), 'site.yml');
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(says);
});

test('without a playbook it says so; --rules needs none, and shows the levels of the project', async () => {
  expect((await lint(project({}))).stderr).toMatch(/lint needs a playbook\n {2}help: /);
  const { status, stdout } = await lint(project({}), '--rules', '--rule', 'latest-version=off');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^latest-version +off +A package with state: latest$/m);
});

test('many findings of a rule are one list; --summary counts the kinds', async () => {
  const tasks = Array.from({ length: 7 }, (_, index) => `    - debug: { msg: a${index} }\n`).join('');
  const folder = project({ 'site.yml': `${PLAY}${tasks}` });
  const { stderr } = await lint(folder, 'site.yml');
  expect(stderr).toContain('advice[unnamed-task]: A task without a name (7 times)\n');
  expect(stderr).toContain('  --> site.yml:10:7 The task has no name: debug\n');
  expect(stderr.match(/help:/g)).toHaveLength(1);
  const summary = await lint(folder, 'site.yml', '--summary');
  expect(summary.stderr).toBe('');
  expect(summary.stdout).toBe(
    '    7  advice   unnamed-task  A task without a name\n1 playbook: no problems, 7 pieces of advice\n',
  );
});

test('many errors with one title are one list with what to write; --summary counts the titles', async () => {
  const tasks = Array.from({ length: 7 }, (_, index) => `    - debug: { msg: a }\n      when: v${index} is defined\n`);
  const folder = project({
    'site.yml': `${PLAY}${tasks.join('')}    - debug: { msg: a }\n      when: not v0\n    - coppy: {}\n`,
  });
  const { stderr } = await lint(folder, 'site.yml');
  expect(stderr).toContain('error: "is defined" is Jinja, and expressions are CEL (7 times)\n');
  expect(stderr).toContain('  --> site.yml:5:16 Write: defined(v0)\n  --> site.yml:7:16 Write: defined(v1)\n');
  expect(stderr.match(/^error: /gm)).toHaveLength(3);
  const summary = await lint(folder, 'site.yml', '--summary');
  expect(summary.stdout).toBe(
    [
      '    8  error    expression-syntax',
      '           7  "is defined" is Jinja, and expressions are CEL, first at site.yml:5:16',
      '           1  "not" is Jinja, and expressions are CEL, first at site.yml:19:17',
      '    1  error    unknown-module     There is no module "coppy", first at site.yml:20:7',
      '1 playbook: 9 problems',
      '',
    ].join('\n'),
  );
});

test('a playbook that cannot be read has its errors; rules look at the others', async () => {
  const folder = project({ 'site.yml': LATEST, 'broken.yml': '- hosts: a\n  tasks:\n    - coppy: {}\n' });
  const { status, stdout, stderr } = await lint(folder, 'site.yml', 'broken.yml');
  expect(status).toBe(1);
  expect(stderr).toContain('There is no module "coppy"');
  expect(stdout).toBe('2 playbooks: 1 problem, 1 warning\n');
});

const UNTIDY = [
  '# Kept.',
  '- name: Web   ',
  '  hosts: localhost',
  '  gather_facts: false',
  '  tasks:',
  '    - name: Folder # kept',
  '      ansible.builtin.file:',
  '        dest: /srv/web',
  '        state: directory',
  '        mode: "0755"',
  '    - name: Pages',
  '      shell: make pages',
  '      args: { creates: /srv/web/index.html }',
].join('\r\n');

const TIDY = [
  '# Kept.',
  '- name: Web',
  '  hosts: localhost',
  '  tasks:',
  '    - name: Folder # kept',
  '      file:',
  '        path: /srv/web',
  '        state: directory',
  '        mode: "0755"',
  '    - name: Pages',
  '      command: make pages',
  '      args: { creates: /srv/web/index.html }',
  '',
].join('\n');

test('--fix corrects what is certain, keeps comments, and has nothing to do the second time', async () => {
  const folder = project({ 'site.yml': UNTIDY });
  expect((await lint(folder, 'site.yml')).stdout).toMatch(/; --fix corrects \d+\n$/);
  const { status, stdout, stderr } = await lint(folder, 'site.yml', '--fix');
  expect(readFileSync(join(folder, 'site.yml'), 'utf8')).toBe(TIDY);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '1 playbook: no problems\n' });
  expect(stderr).toMatch(/^fixed: \d+ in 1 file: site\.yml\n$/);
  const again = await lint(folder, 'site.yml', '--fix');
  expect(again.stderr).toBe('nothing to fix\n');
  expect(readFileSync(join(folder, 'site.yml'), 'utf8')).toBe(TIDY);
});

test('--fix writes nothing outside of the project, by a link neither', async () => {
  const outside = project({ 'tasks.yml': '- name: A\n  ansible.builtin.debug: { msg: a }\n' });
  const folder = project({ 'site.yml': `${PLAY}    - name: B\n      import_tasks: tasks.yml\n` });
  symlinkSync(join(outside, 'tasks.yml'), join(folder, 'tasks.yml'));
  const { stderr } = await lint(folder, 'site.yml', '--fix');
  expect(stderr).toMatch(/^nothing to fix$/m);
  expect(stderr).toContain('tasks.yml is left as it is: it lies outside of the project');
  expect(readFileSync(join(outside, 'tasks.yml'), 'utf8')).toContain('ansible.builtin.debug');
});

test('a value that a rule finds in clear is nowhere in what it says', async () => {
  const text = '- name: Web\n  hosts: localhost\n  vars: { db_password: "correct-horse" }\n  tasks: []\n';
  const folder = project({ 'site.yml': text });
  for (const format of ['json', 'sarif', 'junit', 'github', 'codeclimate'])
    expect((await lint(folder, 'site.yml', '--format', format)).stdout).not.toContain('correct-horse');
});
