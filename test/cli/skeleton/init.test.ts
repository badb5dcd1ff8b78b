import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.ts';
import { type Ended, runProgram } from '../run-program.ts';

function runbook(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return runProgram(args, { cwd, env: { ...process.env, NO_COLOR: '1', RUNBOOK_STATE: join(cwd, 'state') } });
}

test('init begins a project that lint and play take, and says what to do next', async () => {
  const folder = temporaryFolder('runbook-init-');
  const { status, stdout, stderr } = await runbook(folder, 'init', 'my project');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatchInlineSnapshot(`
    "Written in my project:
      .gitignore
      .editorconfig
      .vscode/settings.json
      inventory.yml
      group_vars/all.yml
      site.yml
      roles/hello/README.md
      roles/hello/defaults/main.yml
      roles/hello/meta/main.yml
      roles/hello/tasks/main.yml
      roles/hello/handlers/main.yml
      roles/hello/templates/hello.conf.hbs

    Next:
      cd 'my project'
      runbook lint site.yml -i inventory.yml
      runbook plan site.yml -i inventory.yml
      runbook play site.yml -i inventory.yml
    "
  `);
  const project = join(folder, 'my project');
  const site = ['site.yml', '-i', 'inventory.yml'];
  expect(await runbook(project, 'lint', ...site)).toMatchObject({ status: 0, stdout: '1 playbook: no problems\n' });
  const settings: unknown = JSON.parse(readFileSync(join(project, '.vscode/settings.json'), 'utf8'));
  expect(settings).toHaveProperty(['yaml.schemas', '.schemas/playbook.json']);
  expect(JSON.parse(readFileSync(join(project, '.schemas/playbook.json'), 'utf8'))).toMatchObject({
    $id: 'urn:runbook:schema:playbook',
  });
});

test('a second init leaves what was written since, and makes the schemas anew', async () => {
  const folder = temporaryFolder('runbook-init-');
  await runbook(folder, 'init');
  writeFileSync(join(folder, 'site.yml'), '# mine\n');
  writeFileSync(join(folder, '.schemas/tasks.json'), 'old');
  const { status, stdout } = await runbook(folder, 'init');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Nothing to write: everything is there\.\nLeft as they were:\n/);
  expect(readFileSync(join(folder, 'site.yml'), 'utf8')).toBe('# mine\n');
  expect(readFileSync(join(folder, '.schemas/tasks.json'), 'utf8')).toContain('urn:runbook:schema:tasks');
});

test('a new role is used by a play as it is', async () => {
  const folder = temporaryFolder('runbook-new-');
  expect(await runbook(folder, 'new', 'role', 'web-server')).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(
    join(folder, 'site.yml'),
    `- name: Web\n  hosts: localhost\n  roles:\n    - { role: web-server, web_server_file: '${folder}/web.conf' }\n`,
  );
  expect(await runbook(folder, 'lint', 'site.yml')).toMatchObject({ status: 0, stdout: '1 playbook: no problems\n' });
  expect(await runbook(folder, 'play', 'site.yml')).toMatchObject({ status: 0 });
  expect(readFileSync(join(folder, 'web.conf'), 'utf8')).toBe('# Written by runbook.\nname = ada\nname = grace\n');
  const again = await runbook(folder, 'play', 'site.yml');
  expect(again.stdout).toContain('nothing to do');
});

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a role that is there', ['new', 'role', 'there'], /roles\/there already exists[^]*Choose another name/],
  ['a name that starts with a digit', ['new', 'role', '1st'], /"1st" cannot be the name of a role[^]*small letter/],
  ['a path as the name', ['new', 'role', '../x'], /cannot be the name of a role/],
  ['no name', ['new', 'role'], /name/],
  ['a word that cannot be made', ['new', 'roles', 'x'], /role/],
];

test.each(REFUSED)('%s is refused, and nothing is written', async (_, args, told) => {
  const folder = temporaryFolder('runbook-new-');
  mkdirSync(join(folder, 'roles/there'), { recursive: true });
  const { status, stderr } = await runbook(folder, ...args);
  expect(status).toBe(1);
  expect(stderr).toMatch(told);
});

test('a new module is documented, in the schema, planned and played; a second one of its name is refused', async () => {
  const folder = temporaryFolder('runbook-new-');
  const trusted = ['--trust'];
  expect(await runbook(folder, 'new', 'module', 'motd_line', '--role', 'web')).toMatchObject({ status: 0, stderr: '' });
  expect((await runbook(folder, 'docs', 'motd_line')).stdout).toContain('motd_line: Make sure that a file has a line.');
  expect((await runbook(folder, 'docs', '--schema', 'tasks')).stdout).toContain('The line that it must have.');
  writeFileSync(
    join(folder, 'site.yml'),
    `- name: Motd\n  hosts: localhost\n  tasks:\n    - name: Line\n      motd_line: { path: '${folder}/motd', line: hello }\n`,
  );
  expect(await runbook(folder, 'lint', 'site.yml')).toMatchObject({ status: 0, stdout: '1 playbook: no problems\n' });
  expect((await runbook(folder, 'plan', 'site.yml', '-o', 'saved.plan')).stdout).toContain('+hello');
  expect(await runbook(folder, 'apply', 'saved.plan', ...trusted)).toMatchObject({ status: 0 });
  expect(readFileSync(join(folder, 'motd'), 'utf8')).toBe('hello\n');
  expect((await runbook(folder, 'play', 'site.yml')).stdout).toContain('nothing to do');
  const again = await runbook(folder, 'new', 'module', 'motd_line');
  expect(again.stderr).toContain('there is a module motd_line already');
});

test('a saved plan is refused when a module of the project has changed since', async () => {
  const folder = temporaryFolder('runbook-new-');
  await runbook(folder, 'new', 'module', 'motd_line');
  writeFileSync(
    join(folder, 'site.yml'),
    `- name: Motd\n  hosts: localhost\n  tasks:\n    - name: Line\n      motd_line: { path: '${folder}/motd', line: hello }\n`,
  );
  await runbook(folder, 'plan', 'site.yml', '-o', 'saved.plan');
  appendFileSync(join(folder, 'modules/motd_line.ts'), '// changed\n');
  const { status, stderr } = await runbook(folder, 'apply', 'saved.plan');
  expect(status).toBe(1);
  expect(stderr).toContain('modules/motd_line.ts');
});
