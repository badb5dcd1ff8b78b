import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runOnFinish } from '../../engine/cli/run/on-finish.ts';
import { runSummary } from '../../engine/report/export/run-summary.ts';
import { recordOf } from '../report/export/runs.ts';
import { type Ended, runProgram } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

function runbook(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { GITHUB_ACTIONS: _actions, GITHUB_WORKSPACE: _workspace, GITHUB_STEP_SUMMARY: _summary, ...own } = process.env;
  const env = { ...own, XDG_CACHE_HOME: join(folder, '.cache'), ...environment };
  return runProgram(args, { cwd: folder, env });
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

beforeAll(() => {
  writeFileSync(
    join(folder, 'hosts.yml'),
    'all:\n  vars: { ansible_connection: local }\n  hosts: { one: {}, two: {} }\n',
  );
  writeFileSync(
    join(folder, 'site.yml'),
    `- name: Site
  hosts: all
  gather_facts: false
  tasks:
    - name: File
      copy: { content: same, dest: ${folder}/file, mode: "0600" }
      run_once: true
    - name: Forge
      command: printf '::error::forged'
      changed_when: false
    - name: Break
      command: "false"
      when: inventory_hostname == 'two'
`,
  );
  writeFileSync(join(folder, 'wrong.yml'), '- hosts: all\n  tasks:\n    - cpoy: {}\n');
});

describe('reports at the end of a play', () => {
  test('are written in each format, whole, beside the output', async () => {
    const formats = ['junit', 'markdown', 'json', 'github', 'html'];
    const wanted = formats.flatMap((format) => ['--report', `${format}=${join(folder, format)}`]);
    const { status, stdout } = await runbook(['play', 'site.yml', '-i', 'hosts.yml', ...wanted]);
    expect(status).toBe(2);
    expect(stdout).toContain('changed: [one] File');
    expect(read('junit')).toMatch(/<testsuites name="site.yml" tests="\d" failures="1" errors="0"/);
    expect(read('markdown')).toMatch(/^### ❌ site.yml on 2 hosts in .*: 1 changed, 1 failed\n/);
    expect(JSON.parse(read('json'))).toMatchObject({
      status: 'failed',
      exitStatus: 2,
      hosts: 2,
      changed: 1,
      failed: 1,
    });
    expect(read('github')).toMatch(/^::error file=site.yml,line=12,col=7,title=Break%3A failed on two::/);
    expect(read('html')).toMatch(/^<!doctype html>[\s\S]*<b>Break<\/b> on two/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('tell mistakes that kept it from beginning', async () => {
    const wanted = ['--report', 'github', '--report', `junit=${join(folder, 'wrong.xml')}`];
    const { status, stdout } = await runbook(['play', 'wrong.yml', ...wanted]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=wrong.yml,line=3,col=7,title=/);
    expect(read('wrong.xml')).toContain('errors="1"');
  });

  test('of a plan is what a reviewer reads', async () => {
    const file = join(folder, 'plan.md');
    writeFileSync(file, 'kept\n');
    await runbook(['plan', 'site.yml', '-i', 'hosts.yml', '--report', `markdown=${file}`], {
      GITHUB_STEP_SUMMARY: file,
    });
    expect(read('plan.md')).toMatch(/^kept\n### Plan: \d to change/);
  });

  test('keep the runner of GitHub Actions from taking what hosts print for commands', async () => {
    const { stdout } = await runbook(['play', 'site.yml', '-i', 'hosts.yml', '-v', '--report', 'github'], {
      GITHUB_ACTIONS: 'true',
    });
    const [first = '', ...lines] = stdout.split('\n');
    const [, token = ''] = /^::stop-commands::([0-9a-f]{32})$/.exec(first) ?? [];
    const end = lines.indexOf(`::${token}::`);
    const isCommand = (line: string): boolean => line.trimStart().startsWith('::');
    expect(lines.slice(0, end).filter(isCommand)).not.toEqual([]);
    expect(lines.slice(end + 1).filter(isCommand)).toEqual([expect.stringContaining('title=Break')]);
  });
});

describe('reports', () => {
  test.each([
    [['--report', 'nope'], 'It must begin with one of github, html, json, junit, markdown'],
    [['--report', 'junit'], 'It must name a file, such as junit='],
    [['--report', 'junit='], 'It must name a file'],
    [['--report', 'junit=/nowhere/x'], 'A report cannot be written to /nowhere/x'],
    [['--report', `junit=${folder}`], 'It is a folder.'],
    [['--report', 'github', '--output', 'json'], '--report github=FILE'],
  ])('that cannot be written are refused before anything is run: %j', async (args, why) => {
    const { status, stdout, stderr } = await runbook(['play', 'site.yml', '-i', 'hosts.yml', ...args]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(why);
  });

  test('of an earlier run come from its journal', async () => {
    const junit = await runbook(['runs', 'show', '--format', 'junit']);
    expect(junit.stdout).toContain('failures="1"');
    const json = await runbook(['runs', 'show', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ command: 'play', status: 'failed', exitStatus: 2 });
    expect((await runbook(['runs', 'show', '--format', 'markdown'])).stdout).toContain('#### Failures');
    expect((await runbook(['runs', 'show', '--format', 'github'])).stdout).toMatch(/^::error file=site.yml/);
    expect((await runbook(['runs', 'show'])).stdout).toContain('failed   Break (site.yml:11:7)');
  });
});

test('a report tells which command it was', async () => {
  await runbook(['exec', 'localhost', '-a', 'true']);
  expect(JSON.parse((await runbook(['runs', 'show', '--format', 'json'])).stdout)).toMatchObject({ command: 'exec' });
});

test('each event has the time when it happened', async () => {
  const { stdout } = await runbook(['play', 'site.yml', '-i', 'hosts.yml', '--output', 'json']);
  const [run = ''] = readdirSync(join(folder, '.runbook/runs')).toSorted().toReversed();
  const journal = read(`.runbook/runs/${run}/journal.jsonl`).trim().split('\n').slice(1);
  for (const lines of [stdout.trim().split('\n'), journal]) {
    const times = lines.map((line): string => JSON.parse(line).at);
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time))).toBe(true);
    expect(times.toSorted()).toEqual(times);
  }
  expect(stdout).not.toMatch(/"milliseconds":\d+\./);
});

const JSON_PLAY = ['play', 'site.yml', '-i', 'hosts.yml', '--output', 'json'];

describe('the page of a run', () => {
  test('goes to stdout or into a file, from the last run or the one that is named', async () => {
    const { stdout, status } = await runbook(['report']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<h1>site\.yml<\/h1>[\s\S]*<\/html>\n$/);
    const run = /Run (\S+),/.exec(stdout)?.[1] ?? '';
    expect(await runbook(['report', run, '-o', 'run.html'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(read('run.html')).toBe(stdout);
  });

  test('of a run that there is not, or to a place that cannot be written, is refused', async () => {
    expect((await runbook(['report', 'nope'])).stderr).toContain('There is no run nope');
    expect((await runbook(['report', '-o', '/nowhere/run.html'])).stderr).toContain('cannot be written to /nowhere');
  });
});

describe('--on-finish', () => {
  test('runs a command with the result, and its output goes to stderr', async () => {
    const command = 'echo "$RUNBOOK_COMMAND $RUNBOOK_STATUS $RUNBOOK_EXIT $RUNBOOK_HOSTS $RUNBOOK_FAILED"; cat';
    const { status, stdout, stderr } = await runbook([...JSON_PLAY, '--on-finish', command]);
    expect(status).toBe(2);
    const [first, ...rest] = stderr.split('\n');
    expect(first).toBe('play failed 2 2 1');
    expect(JSON.parse(rest.join('\n'))).toMatchObject({
      status: 'failed',
      failures: [{ task: 'Break', hosts: ['two'] }],
    });
    expect(
      stdout
        .trim()
        .split('\n')
        .every((line) => line.startsWith('{')),
    ).toBe(true);
  });

  test('is told of mistakes that kept it from beginning', async () => {
    const { stderr } = await runbook(['plan', 'wrong.yml', '--on-finish', 'echo "got $RUNBOOK_STATUS"']);
    expect(stderr).toContain('got error\n');
  });

  test('that fails is a warning', async () => {
    const { status, stderr } = await runbook(['plan', 'site.yml', '-i', 'hosts.yml', '--on-finish', 'exit 7']);
    expect(status).toBe(0);
    expect(stderr).toContain('warning: the command of --on-finish failed: it ended with exit status 7.');
  });

  test('is not shown in the journal', async () => {
    await runbook(['play', 'site.yml', '-i', 'hosts.yml', '--on-finish', 'true https://chat.example/hook-4711']);
    await runbook(['play', 'site.yml', '-i', 'hosts.yml', '--on-finish=true https://chat.example/hook-4711']);
    const journals = readdirSync(join(folder, '.runbook/runs')).map((run) =>
      read(`.runbook/runs/${run}/journal.jsonl`),
    );
    expect(journals.filter((text) => text.includes('--on-finish'))).not.toEqual([]);
    expect(journals.filter((text) => text.includes('hook-4711'))).toEqual([]);
  });

  test('is ended when it takes too long, and need not read its stdin', async () => {
    const record = recordOf(['a'], []);
    const summary = runSummary({ command: 'play', playbook: 'site.yml', exitStatus: 0, record, problems: [] });
    expect(await runOnFinish('sleep 600', summary, 100)).toBe('it took longer than 0.1 s, and was ended');
    expect(await runOnFinish('exec <&-; exit 0', summary)).toBeUndefined();
  });
});

test('a listing is no run: nothing is written or told of it', async () => {
  mkdirSync(join(folder, 'listing'));
  const args = ['play', 'site.yml', '-i', 'hosts.yml', '--list-tasks', '--on-finish', 'echo told'];
  const { stderr } = await runbook([...args, '--report', `json=${join(folder, 'listing/report')}`]);
  expect(stderr).toBe('');
  expect(readdirSync(join(folder, 'listing'))).toEqual([]);
});
