import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Ended, runProgram } from './run-program.ts';

const FILES: Readonly<Record<string, string>> = {
  'site.yml': '- hosts: localhost\n  connection: local\n  gather_facts: no\n  roles:\n    - greet\n',
  'roles/greet/defaults/main.yml': 'greet_folder: /tmp\ngreet_loud: no\ngreet_names: [ada, grace]\n',
  'roles/greet/tasks/main.yml': `---
- name: The folder
  file: path={{ greet_folder }}/greetings state=directory mode=0750
- name: A card for each
  template:
    src: card.txt.j2
    dest: "{{ greet_folder }}/greetings/{{ item }}.txt"
    mode: 0640
  with_items: "{{ greet_names }}"
  register: cards
- name: Say so
  debug: msg="{{ cards.results | length }} cards"
  when: cards is changed or greet_loud
`,
  'roles/greet/templates/card.txt.j2': 'Dear {{ item | upper }},\nfrom {{ greet_from | default("us") }}\n',
  'roles/greet/files/raw.bin': 'a\0b',
  'roles/greet/files/list.new': 'kept',
};

function project(): string {
  const folder = temporaryFolder('runbook-convert-');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, 'p', name)), { recursive: true });
    writeFileSync(join(folder, 'p', name), text);
  }
  return folder;
}

function runbook(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return runProgram(args, { cwd, env: { ...process.env, NO_COLOR: '1', RUNBOOK_STATE: join(cwd, 'state') } });
}

test('a project is written beside the original, and what was converted runs: the second time it changes nothing', async () => {
  const folder = project();
  const { status, stdout } = await runbook(folder, 'convert', 'p');
  expect(stdout).toBe(
    `p: 3 as they were, 6 rewritten, 0 assumed, 0 by hand\nlint: 0 errors\nWritten: ${folder}/p.runbook\n`,
  );
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'p/site.yml'), 'utf8')).toBe(FILES['site.yml']);
  expect(readdirSync(join(folder, 'p.runbook/roles/greet/templates'))).toEqual(['card.txt.hbs']);
  expect(readFileSync(join(folder, 'p.runbook/roles/greet/files/raw.bin'), 'utf8')).toBe('a\0b');
  expect(readFileSync(join(folder, 'p.runbook/roles/greet/files/list.new'), 'utf8')).toBe('kept');
  const variables = ['-e', `greet_folder=${folder}`];
  const plan = await runbook(join(folder, 'p.runbook'), 'plan', 'site.yml', ...variables);
  expect(plan.stdout + plan.stderr).toContain('greetings');
  const first = await runbook(join(folder, 'p.runbook'), 'play', 'site.yml', ...variables);
  expect(first.status, first.stdout + first.stderr).toBe(0);
  expect(readFileSync(join(folder, 'greetings/ada.txt'), 'utf8')).toBe('Dear ADA,\nfrom us\n');
  const second = await runbook(join(folder, 'p.runbook'), 'plan', 'site.yml', '--detailed-exitcode', ...variables);
  expect(second.status, second.stdout).toBe(0);
}, 120_000);

test('in place only where Git keeps what is there, and a second time nothing changes', async () => {
  const folder = project();
  const root = join(folder, 'p');
  const refused = await runbook(folder, 'convert', 'p', '--in-place');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('is not in a Git repository');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root, encoding: 'utf8' });
  git('init', '-q');
  const uncommitted = await runbook(folder, 'convert', 'p', '--in-place');
  expect(uncommitted.stderr).toContain('that are not committed');
  writeFileSync(join(root, '.gitignore'), 'secret.yml\n');
  mkdirSync(join(root, 'group_vars'));
  writeFileSync(join(root, 'group_vars/secret.yml'), 'a: "{{ b | upper }}"\n');
  // A program that Git would run to look for changes.
  const watched = join(folder, 'watched');
  git('config', 'core.fsmonitor', `touch ${watched}; :`);
  execFileSync('git', ['-c', 'core.fsmonitor=false', 'add', '.'], { cwd: root });
  git('-c', 'core.fsmonitor=false', 'commit', '-qm', 'a');
  rmSync(watched, { force: true });
  const ignored = await runbook(folder, 'convert', 'p', '--in-place');
  expect(ignored.stderr).toContain('group_vars/secret.yml would be changed, and Git ignores it');
  expect(existsSync(watched)).toBe(false);
  git('config', '--unset', 'core.fsmonitor');
  rmSync(join(root, 'group_vars'), { recursive: true });
  expect((await runbook(folder, 'convert', 'p', '--in-place')).status).toBe(0);
  expect(existsSync(join(root, 'roles/greet/templates/card.txt.j2'))).toBe(false);
  git('add', '.');
  git('commit', '-qm', 'b');
  await runbook(folder, 'convert', 'p', '--in-place');
  expect(git('status', '--porcelain')).toBe('');
}, 120_000);

test('the report as JSON has each mark with its place; one file is written beside itself', async () => {
  const folder = project();
  writeFileSync(
    join(folder, 'one.yml'),
    '- hosts: localhost\n  tasks:\n    - docker_swarm: { name: a }\n      when: a in b\n',
  );
  const { status, stdout } = await runbook(folder, 'convert', 'one.yml', '--report', 'json');
  expect(status).toBe(0);
  const { paths } = JSON.parse(stdout) as {
    paths: { by_hand: unknown; written: string; files: { marks: { kind: string; line: number }[] }[] }[];
  };
  expect(paths[0]?.by_hand).toEqual([{ topic: 'module docker_swarm', count: 1 }]);
  expect(paths[0]?.files[0]?.marks.map(({ kind, line }) => [kind, line])).toEqual([
    ['by_hand', 3],
    ['assumed', 4],
  ]);
  expect(existsSync(join(folder, 'one.runbook.yml'))).toBe(true);
  const again = await runbook(folder, 'convert', 'one.yml');
  expect(again.stderr).toContain('one.runbook.yml already exists');
}, 120_000);

test('a file that cannot be read is told with its place, and the rest is converted', async () => {
  const folder = project();
  writeFileSync(join(folder, 'p/broken.yml'), '- hosts: "a\n  tasks: [\n');
  const { status, stderr } = await runbook(folder, 'convert', 'p');
  expect(status).toBe(1);
  expect(stderr).toMatch(/broken\.yml:\d+:\d+/);
  expect(existsSync(join(folder, 'p.runbook/roles/greet/templates/card.txt.hbs'))).toBe(true);
}, 120_000);

test('one file in place is checked itself, and one template gets its new extension', async () => {
  const folder = project();
  writeFileSync(join(folder, 'one.yml'), '- hosts: localhost\n  tasks:\n    - debug: msg="a"\n');
  const inPlace = await runbook(folder, 'convert', 'one.yml', '--in-place', '--force');
  expect(inPlace.stdout).toContain(`lint: 0 errors\nWritten in place: ${folder}/one.yml\n`);
  await runbook(folder, 'convert', 'p/roles/greet/templates/card.txt.j2');
  expect(existsSync(join(folder, 'p/roles/greet/templates/card.txt.runbook.hbs'))).toBe(true);
}, 120_000);

test('a file that is not UTF-8 is told, and the temporary playbook of the check is gone', async () => {
  const folder = project();
  writeFileSync(join(folder, 'p/.runbook-convert-roles.yml'), 'mine');
  writeFileSync(join(folder, 'p/latin.yml'), Buffer.from('a: caf\xe9\n', 'latin1'));
  const { status, stderr, stdout } = await runbook(folder, 'convert', 'p', '--in-place', '--force', '--report', 'json');
  expect(status).toBe(1);
  expect(stderr).toContain('latin.yml is not UTF-8 text');
  expect(stdout).toContain('"code": "not-utf8"');
  expect(readdirSync(join(folder, 'p')).toSorted()).toEqual([
    '.runbook-convert-roles.yml',
    'latin.yml',
    'roles',
    'site.yml',
  ]);
}, 120_000);

test('--modules names what takes the place of modules that are not here', async () => {
  const folder = temporaryFolder('runbook-convert-');
  writeFileSync(join(folder, 'a.yml'), '- hosts: localhost\n  tasks:\n    - acme_say: text="a"\n');
  writeFileSync(join(folder, 'map.yml'), 'acme_say: { module: debug, arguments: { text: msg } }\n');
  const { status, stdout } = await runbook(folder, 'convert', 'a.yml', '--modules', 'map.yml');
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('0 by hand') });
  expect(readFileSync(join(folder, 'a.runbook.yml'), 'utf8')).toContain('- debug:\n        msg: a\n');
  const missing = await runbook(folder, 'convert', 'a.yml', '--modules', 'nope.yml');
  expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining('nope.yml cannot be read') });
  const wrong = await runbook(folder, 'convert', 'a.yml', '--modules', '.');
  expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('. is a folder') });
});
