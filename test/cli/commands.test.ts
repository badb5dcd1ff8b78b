import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { argumentDocuments } from '../../engine/report/reference/module-document.ts';
import { type Ended, runProgram } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

function runbook(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  return runProgram(args, { cwd: folder, env });
}

test('exec shows what a command printed, and its failure', async () => {
  expect(await runbook('exec', 'localhost', '-m', 'shell', '-a', 'echo one; echo two >&2')).toMatchObject({
    status: 0,
    stdout: 'changed: [localhost]\n    one\n    two\n',
  });
  const failed = await runbook('exec', 'localhost', '-m', 'shell', '-a', 'exit 3');
  expect(failed).toMatchObject({ status: 2 });
  expect(failed.stdout).toContain('exit status 3');
});

test('exec converges: the second time there is nothing to change', async () => {
  const task = [
    'exec',
    'localhost',
    '-m',
    'copy',
    '-a',
    `content="two words" dest=${join(folder, 'copied')} mode=0600`,
  ];
  expect((await runbook(...task, '--check')).stdout).toContain('would change');
  expect((await runbook(...task)).stdout).toMatch(/^changed/);
  expect(readFileSync(join(folder, 'copied'), 'utf8')).toBe('two words');
  expect((await runbook(...task)).stdout).toMatch(/^ok/);
});

test('exec tells what is wrong with its arguments', async () => {
  const { status, stderr } = await runbook('exec', 'localhost', '-m', 'copy', '-a', 'content=a dst=/x');
  expect(status).toBe(1);
  expect(stderr).toMatch(/copy has no argument "dst"[\s\S]*-a:1:11[\s\S]*Did you mean "dest"/);
});

test('ping and facts: who answers, and who does not', async () => {
  const { status, stdout } = await runbook('ping', 'all', '-i', 'localhost,127.0.0.1:1,', '--output', 'json');
  expect(status).toBe(4);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(answers).toContainEqual(expect.objectContaining({ host: 'localhost', ok: true }));
  expect(answers).toContainEqual(expect.objectContaining({ host: '127.0.0.1', ok: false, code: 'connection-refused' }));
  const facts = await runbook('facts', 'localhost');
  expect(JSON.parse(facts.stdout)).toMatchObject({ host: 'localhost', facts: { os: {} } });
});

test('lint tells all problems of playbook and inventory at once', async () => {
  writeFileSync(join(folder, 'hosts'), '[web]\nw1 x\n');
  writeFileSync(
    join(folder, 'site.yml'),
    '- hosts: web\n  tasks:\n    - coppy: { src: a }\n    - debug: { msg: "{{#if}}" }\n',
  );
  const { status, stdout, stderr } = await runbook('lint', 'site.yml', '-i', 'hosts');
  expect(status).toBe(1);
  for (const place of ['hosts:2:4', 'site.yml:3:7', 'site.yml:4:']) expect(stderr).toContain(place);
  expect(stdout).toBe('1 playbook: 3 problems\n');
});

test('every argument of every module is described', async () => {
  const missing: string[] = [];
  for (const name of modules.names()) {
    const module = await modules.module(name);
    expect(module.examples.length, name).toBeGreaterThan(0);
    for (const document of argumentDocuments(module))
      if (document.description === '') missing.push(`${name}.${document.name}`);
  }
  expect(missing).toEqual([]);
});

test('docs: the schema is JSON and knows each module; an unknown module has a remedy', async () => {
  const { stdout } = await runbook('docs', '--schema');
  expect(Object.keys(JSON.parse(stdout).definitions)).toEqual(
    expect.arrayContaining(modules.names().map((name) => `module_${name}`)),
  );
  expect((await runbook('docs', 'coppy')).stderr).toContain('Did you mean "copy"?');
});

test('a file that is out of reach is an error of the user, not of the program', async () => {
  mkdirSync(join(folder, 'sources'));
  symlinkSync('nowhere', join(folder, 'sources/dangling'));
  const { status, stderr } = await runbook('inventory', '-i', 'sources', '--list');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: sources\/dangling cannot be used\n/);
});

test.each([
  [['help', 'plya'], 1, /no command "plya"[\s\S]*Did you mean "play"/],
  [['apply', 'nofile'], 1, /plan nofile cannot be read[\s\S]*help:/],
  [['show', 'nofile'], 1, /plan nofile cannot be read[\s\S]*help:/],
  [['plan', tmpdir()], 1, new RegExp(`${tmpdir()} is a folder`)],
  [['play', '/dev/null'], 1, /There are no plays in this file\n *--> \/dev\/null:1:1[\s\S]*help:/],
  [['lint', '/dev/null'], 1, /There are no plays in this file/],
  [['play', 'playbook.yml', '--tags', ''], 1, /names no tag: name one, or leave the option out/],
  [['play', 'playbook.yml', '--tags', ' , '], 1, /names no tag/],
  [['vault', 'keygen', '--recipient', 'age1'], 1, /has no option --recipient/],
])('%j says what is wrong', async (args, status, says) => {
  const ended = await runbook(...args);
  expect(ended.status).toBe(status);
  expect(ended.stderr).toMatch(says);
});

test.each([
  ['--tags', 'alhpa', 'Did you mean "alpha"?'],
  ['--skip-tags', 'gamma', '--list-tags prints all tags'],
])('a tag that no task has is an error before anything is done: %s %s', async (option, tag, remedy) => {
  writeFileSync(
    join(folder, 'tagged.yml'),
    '- hosts: localhost\n  tasks: [{ debug: { msg: a }, tags: [alpha] }, { include_tasks: more.yml }]\n',
  );
  writeFileSync(join(folder, 'more.yml'), '- { debug: { msg: b }, tags: [beta] }\n');
  const { status, stdout, stderr } = await runbook('play', 'tagged.yml', option, tag);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`no task has the tag "${tag}" of ${option}`);
  expect(stderr).toContain(remedy);
  expect((await runbook('play', 'tagged.yml', '--tags', 'alpha,beta', '--skip-tags', 'tagged,never')).status).toBe(0);
});

test('where an include may bring any tag, one that is not known gets a warning', async () => {
  writeFileSync(
    join(folder, 'open.yml'),
    '- hosts: localhost\n  vars: { which: more }\n  tasks: [{ include_tasks: "{{which}}.yml" }]\n',
  );
  const { status, stderr } = await runbook('play', 'open.yml', '--tags', 'beta');
  expect(status).toBe(0);
  expect(stderr).toBe('warning: no task that is known before the run has the tag "beta" of --tags.\n');
});
