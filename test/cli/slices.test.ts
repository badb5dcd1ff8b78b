import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Ended, RUNBOOK, runProgram } from './run-program.ts';

// --slice and `runbook runs merge`: whole runs on this machine.

const HOSTS = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'b4', 'c1', 'c2', 'c3'];
const SITES: Readonly<Record<string, string>> = { a: 'ams', b: 'fra', c: 'nyc' };

const SITE = `- hosts: all
  tasks:
    - name: Mark
      copy: { dest: '{{out}}/{{inventory_hostname}}', content: '{{inventory_hostname}} of {{length groups.all}}' }
`;

interface Project {
  readonly folder: string;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  /** Returns the text of each file that the tasks have written. */
  readonly written: () => Readonly<Record<string, string>>;
}

function project(playbook = SITE, others: Readonly<Record<string, string>> = {}): Project {
  const folder = temporaryFolder('runbook-slices-');
  const out = join(folder, 'out');
  mkdirSync(out);
  const hosts = Object.fromEntries(HOSTS.map((name) => [name, { site: SITES[name[0] ?? ''] }]));
  writeFileSync(
    join(folder, 'hosts.yml'),
    JSON.stringify({ all: { vars: { ansible_connection: 'local', out }, children: { web: { hosts } } } }),
  );
  for (const [name, text] of Object.entries({ 'site.yml': playbook, ...others }))
    writeFileSync(join(folder, name), text);
  return {
    folder,
    run: (...args) => runProgram(args, { cwd: folder, env: { ...process.env, NO_COLOR: '1' } }),
    written: () => Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')])),
  };
}

const PLAY = ['play', 'site.yml', '-i', 'hosts.yml'] as const;

function listed({ stdout }: Ended): readonly string[] {
  return [...stdout.matchAll(/^ {6}(\S+)$/gm)].map(([, host = '']) => host);
}

test.each([1, 3, 20])('%i slices do each host once, and leave what one run leaves', async (of) => {
  const whole = project();
  expect((await whole.run(...PLAY)).status).toBe(0);
  const sliced = project();
  const hosts: string[] = [];
  for (let index = 1; index <= of; index += 1) {
    hosts.push(...listed(await sliced.run(...PLAY, '--slice', `${index}/${of}`, '--list-hosts')));
  }
  const plays = Array.from({ length: of }, (_, index) => sliced.run(...PLAY, '--slice', `${index + 1}/${of}`));
  expect((await Promise.all(plays)).every(({ status }) => status === 0)).toBe(true);
  expect(hosts.toSorted()).toEqual(HOSTS);
  expect(sliced.written()).toEqual(whole.written());
});

test('--slice-by keeps the hosts of a site together', async () => {
  const { run } = project();
  const slices = await Promise.all(
    [1, 2, 3].map(async (index) =>
      listed(await run(...PLAY, '--slice', `${index}/3`, '--slice-by', 'site', '--list-hosts')),
    ),
  );
  expect(slices.map((hosts) => hosts.join(' ')).toSorted()).toEqual(['a1 a2 a3', 'b1 b2 b3 b4', 'c1 c2 c3']);
});

const REFUSED: readonly (readonly [keyword: string, playbook: string, place: string])[] = [
  ['serial', SITE.replace('all', 'all\n  serial: 2'), 'site.yml:2:11'],
  ['max_fail_percentage', SITE.replace('all', 'all\n  max_fail_percentage: 10'), 'site.yml:2:24'],
  ['any_errors_fatal', SITE.replace('all', 'all\n  any_errors_fatal: true'), 'site.yml:2:21'],
  ['run_once', `${SITE}      run_once: true\n`, 'site.yml:5:17'],
  ['throttle', `${SITE}      throttle: 1\n`, 'site.yml:5:17'],
  ['any_errors_fatal', `${SITE}      any_errors_fatal: true\n`, 'site.yml:5:25'],
  ['end_play', `${SITE}    - meta: end_play\n`, 'site.yml:5:7'],
  ['localhost', SITE.replace('all', 'localhost'), 'site.yml:1:10'],
  ['run_once', '- hosts: all\n  tasks: [include_tasks: once.yml]\n', 'once.yml:2:13'],
  ['play_hosts', `${SITE}    - debug: { msg: '{{play_hosts}}' }\n`, 'site.yml:5:22'],
  ['play_hosts', `${SITE}    - debug: { var: ansible_play_batch }\n`, 'site.yml:5:21'],
];

const ONCE = { 'once.yml': '- command: "true"\n  run_once: true\n' };

describe('what would mean something else in each slice', () => {
  test.each(REFUSED)('is refused: %s %#', async (keyword, playbook, place) => {
    const { run, written } = project(playbook, ONCE);
    const refused = await run(...PLAY, '--slice', '1/2');
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain(`--> ${place}`);
    expect(refused.stderr).toContain(`per_slice: [${keyword}]`);
    expect(written()).toEqual({});
  });

  test.each(REFUSED)('is done when the play says so: %s %#', async (keyword, playbook) => {
    const { run } = project(playbook.replace('tasks:', `per_slice: [${keyword}]\n  tasks:`), ONCE);
    expect(await run(...PLAY, '--slice', '1/2')).toMatchObject({ status: 0, stderr: '' });
  });

  test('is done in one slice', async () => {
    const all = REFUSED.map(([, playbook]) => playbook).join('');
    expect(await project(all, ONCE).run(...PLAY, '--slice', '1/1')).toMatchObject({ status: 0, stderr: '' });
  });
});

const LOOKS = '- hosts: all\n  tasks:\n    - { query: { cmd: hostname }, register: seen }\n';

describe('of a host of another slice', () => {
  test.each([
    ['what a task registers', "'{{hostvars.%.seen.stdout}}'"],
    ['what a task registers, also with a fallback', `'{{default hostvars.%.seen.stdout "none"}}'`],
    ['facts', "'{{hostvars.%.facts.hostname}}'"],
    ["facts by Ansible's names", "'{{hostvars.%.ansible_hostname}}'"],
  ])('%s cannot be read', async (_, text) => {
    const { run, folder } = project(LOOKS);
    const [elsewhere = ''] = listed(await run(...PLAY, '--slice', '2/2', '--list-hosts'));
    writeFileSync(join(folder, 'site.yml'), `${LOOKS}    - debug: { msg: ${text.replace('%', elsewhere)} }\n`);
    const refused = await run(...PLAY, '--slice', '1/2');
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`slice 1/2 cannot know "\\w+" of ${elsewhere}`));
    expect(refused.stderr).toContain('--> site.yml:4:');
  });

  test('the inventory can be read, and so can everything of a host of the same slice', async () => {
    const { run, folder } = project(LOOKS);
    const [elsewhere = ''] = listed(await run(...PLAY, '--slice', '2/2', '--list-hosts'));
    const [here = ''] = listed(await run(...PLAY, '--slice', '1/2', '--list-hosts'));
    const text = `'{{hostvars.${elsewhere}.site}} {{hostvars.${here}.seen.rc}} {{default hostvars.${elsewhere}.nothing "none"}}'`;
    writeFileSync(join(folder, 'site.yml'), `${LOOKS}    - debug: { msg: ${text} }\n`);
    const played = await run(...PLAY, '--slice', '1/2');
    expect(played).toMatchObject({ status: 0 });
    expect(played.stdout).toMatch(/(?:ams|fra|nyc) 0 none/);
  });

  test('a group that group_by makes can be used in hosts:, and cannot be read', async () => {
    const grouped =
      '- hosts: all\n  tasks: [group_by: { key: "in_{{site}}" }]\n- hosts: in_fra\n  tasks: [debug: { msg: "fra {{inventory_hostname}}" }]\n';
    const { run, folder } = project(grouped);
    const both = await Promise.all(['1/2', '2/2'].map((slice) => run(...PLAY, '--slice', slice)));
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    const told = both.flatMap(({ stdout }) => [...stdout.matchAll(/fra (b\d)/g)].map(([, host = '']) => host));
    expect(told.toSorted()).toEqual(['b1', 'b2', 'b3', 'b4']);
    writeFileSync(join(folder, 'site.yml'), grouped.replace('fra {{', '{{groups.in_fra}} {{'));
    const read = await Promise.all(['1/2', '2/2'].map((slice) => run(...PLAY, '--slice', slice)));
    expect(read.map(({ status }) => status)).toEqual([2, 2]);
    expect(read[0]?.stdout).toContain('the group in_fra would hold only the hosts of slice 1/2');
  });
});

test.each([
  ['0/3', 'The first part is 1/3 and the last one is 3/3. Add 1 to a number that counts from 0.'],
  ['4/3', 'The first part is 1/3 and the last one is 3/3.'],
  ['1', 'a part and the number of parts, such as 2/7.'],
  ['1/0', 'a part and the number of parts, such as 2/7.'],
  ['1/99999', 'There are at most 10000 parts.'],
])('--slice %s is refused', async (slice, remedy) => {
  const { status, stderr } = await project().run(...PLAY, '--slice', slice);
  expect(status).toBe(1);
  expect(stderr).toContain(remedy);
});

test.each([
  [['--slice-by', 'site'], '--slice-by has no effect without --slice'],
  [['--slice-run', 'one'], '--slice-run has no effect without --slice'],
  [['--slice', '1/2', '--slice-by', 'rack'], 'a1 has no variable rack'],
  [['--slice', '1/2', '--slice-by', 'facts'], 'depends on facts'],
])('%j is refused', async (args, why) => {
  const { status, stderr } = await project().run(...PLAY, ...args);
  expect(status).toBe(1);
  expect(stderr).toContain(why);
});

describe('runs merge', () => {
  test('makes one run of plays, with its journal', async () => {
    const { run } = project();
    for (const slice of ['1/3', '2/3', '3/3']) await run(...PLAY, '--slice', slice, '--slice-run', 'night');
    const merged = await run('runs', 'merge', '.runbook');
    expect(merged).toMatchObject({ status: 0, stderr: '' });
    expect(merged.stdout).toContain('Slices of run night: 3 of 3, with 10 of 10 hosts\n');
    expect(merged.stdout).toMatch(/Play: all \(10 hosts\)/);
    expect(merged.stdout).toMatch(/site\.yml on 10 hosts in .*: 10 changed/);
    for (const host of HOSTS) expect(merged.stdout.match(new RegExp(`^${host} `, 'gm'))).toHaveLength(1);
    expect((await run('runs')).stdout).toMatch(/ok .*site\.yml on 10 hosts\n/);
  });

  test('names missing slices, which count as a failure', async () => {
    const { run } = project();
    for (const slice of ['1/3', '3/3']) await run(...PLAY, '--slice', slice);
    const { status, stdout } = await run('runs', 'merge', '.runbook');
    expect(status).toBe(2);
    expect(stdout).toMatch(/Missing: 2\/3, with [34] hosts\n/);
    expect(stdout).toContain('such as with --slice 2/3');
  });

  test('gives the exit status of the worst slice', async () => {
    const fails = SITE.replace(
      '- name: Mark',
      "- { fail: { msg: no }, when: inventory_hostname == 'b2' }\n    - name: Mark",
    );
    const { run } = project(fails);
    for (const slice of ['1/2', '2/2']) await run(...PLAY, '--slice', slice);
    const { status, stdout } = await run('runs', 'merge', '.runbook');
    expect(status).toBe(2);
    expect(stdout).toMatch(/site\.yml on 10 hosts in .*: 9 changed, 1 failed/);
  });

  test.each(['plan', 'drift'])('makes one %s of files of events', async (command) => {
    const { run, folder } = project();
    await run(...PLAY, '--slice', '1/2');
    for (const index of [1, 2])
      await run(
        command,
        'site.yml',
        '-i',
        'hosts.yml',
        '--slice',
        `${index}/2`,
        '--events',
        `${command}-${index}.jsonl`,
      );
    rmSync(join(folder, '.runbook'), { recursive: true });
    const { status, stdout } = await run('runs', 'merge', '.', '--detailed-exitcode');
    expect(status).toBe(2);
    expect(stdout).toContain('Slices: 2 of 2, with 10 of 10 hosts\n');
    expect(stdout).toMatch(command === 'plan' ? /Plan: 5 to change, 5 in sync/ : /5 drifted/);
  });

  test('waits for slices that have not ended', async () => {
    const { run, folder } = project();
    const merging = run('runs', 'merge', 'results', '--wait', '120');
    mkdirSync(join(folder, 'results'));
    for (const index of [2, 1]) await run(...PLAY, '--slice', `${index}/2`, '--events', `results/${index}.jsonl`);
    expect(await merging).toMatchObject({ status: 0 });
  });
});

describe('runs merge, where slices are missing or were repeated,', () => {
  test('refuses slices of other runs', async () => {
    const { run, folder } = project();
    await run(...PLAY, '--slice', '1/2', '--slice-run', 'one');
    await run(...PLAY, '--slice', '2/2', '--slice-run', 'two');
    const refused = await run('runs', 'merge', '.runbook');
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('the run of --slice-run differs');
    expect((await run('runs', 'merge', '.runbook', '--slice-run', 'one')).stdout).toContain('Missing: 2/2');
    writeFileSync(join(folder, 'site.yml'), `${SITE}# changed\n`);
    await run(...PLAY, '--slice', '2/2', '--slice-run', 'one');
    expect((await run('runs', 'merge', '.runbook', '--slice-run', 'one')).stderr).toContain(
      'the files of the playbook and the inventory differs',
    );
  });

  test('joins a killed slice and the run that resumes it', async () => {
    const waits = `${SITE}- hosts: all\n  tasks:\n    - name: Wait\n      shell: 'while ! test -e {{out}}/../go; do sleep 0.1; done; touch {{out}}/{{inventory_hostname}}.done'\n`;
    const { run, folder, written } = project(waits);
    const killed = spawn(process.execPath, [RUNBOOK, ...PLAY, '--slice', '1/2'], { cwd: folder, stdio: 'ignore' });
    const ended = once(killed, 'exit');
    const journals = join(folder, '.runbook/runs');
    const isWaiting = (): boolean =>
      existsSync(journals) &&
      readdirSync(journals).some((id) => readFileSync(join(journals, id, 'journal.jsonl'), 'utf8').includes('"Wait"'));
    await expect.poll(isWaiting, { timeout: 60_000 }).toBe(true);
    killed.kill('SIGKILL');
    await ended;
    writeFileSync(join(folder, 'go'), '');
    await run(...PLAY, '--slice', '2/2');
    const before = await run('runs', 'merge', '.runbook');
    expect(before.status).toBe(2);
    expect(before.stdout).toContain('Killed, or still running: 1/2\n');
    expect(await run(...PLAY, '--slice', '1/2', '--resume')).toMatchObject({ status: 0 });
    const after = await run('runs', 'merge', '.runbook');
    expect(after.status).toBe(0);
    expect(after.stdout).toMatch(/on 10 hosts in .*: 10 changed \(run/);
    expect(Object.keys(written())).toHaveLength(20);
  });

  test('shows the localhost of each slice by itself', async () => {
    const local = SITE.replace('all', 'localhost\n  per_slice: [localhost]').replace('{{inventory_hostname}}', 'local');
    const { run } = project(local + SITE.replace('all', 'web'));
    for (const slice of ['1/2', '2/2']) await run(...PLAY, '--slice', slice);
    const { status, stdout } = await run('runs', 'merge', '.runbook');
    expect(status).toBe(0);
    expect(stdout).toContain('localhost of slice 1/2');
    expect(stdout).toContain('localhost of slice 2/2');
  });
});

test('a saved plan of a slice is applied to that slice', async () => {
  const { run, written } = project();
  const hosts = listed(await run(...PLAY, '--slice', '2/3', '--list-hosts'));
  expect((await run('plan', 'site.yml', '-i', 'hosts.yml', '--slice', '2/3', '-o', 'p')).status).toBe(0);
  expect(await run('apply', 'p')).toMatchObject({ status: 0 });
  expect(Object.keys(written()).toSorted()).toEqual(hosts);
});
