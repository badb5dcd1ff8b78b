import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

// --start-at-task, --step and --profile: whole runs on this machine.

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const HOSTS = ['a', 'b'];

const SITE = `- hosts: web
  tasks:
    - { name: One, shell: 'echo one >>{{mine}}', register: one, notify: Tell of steps }
    - { name: Two, shell: 'echo two >>{{mine}}' }
    - { name: Three, include_tasks: three.yml }
    - { name: Four, shell: 'echo four {{one.skipped}} >>{{mine}}' }
  handlers:
    - { name: Tell of steps, shell: 'echo told >>{{mine}}' }
`;

interface Site {
  readonly folder: string;
  readonly run: (...args: readonly string[]) => Promise<{ status: number; stdout: string; stderr: string }>;
  /** Runs on a terminal, and answers each question with the next answer. Returns the questions. */
  readonly answering: (
    answers: readonly string[],
    ...args: readonly string[]
  ) => Promise<{ status: number; said: string; asked: readonly string[] }>;
  /** Returns the results that the tasks have written, by host. */
  readonly written: () => Readonly<Record<string, readonly string[]>>;
}

function site(playbook = SITE): Site {
  const folder = temporaryFolder('runbook-part-');
  const hosts = Object.fromEntries(
    HOSTS.map((name) => [name, { ansible_connection: 'local', mine: join(folder, name) }]),
  );
  writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ web: { hosts } }));
  writeFileSync(join(folder, 'three.yml'), "- { name: Inner, shell: 'echo three >>{{mine}}' }\n");
  writeFileSync(join(folder, 'site.yml'), playbook);
  for (const name of HOSTS) writeFileSync(join(folder, name), '');
  const quoted = (args: readonly string[]): string => args.map((one) => `'${one}'`).join(' ');
  return {
    folder,
    run: (...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [RUNBOOK, ...args], { cwd: folder }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      }),
    answering: async (answers, ...args) => {
      const command = quoted([process.execPath, RUNBOOK, ...args]);
      const env = { ...process.env, NO_COLOR: '1', TERM: 'xterm' };
      const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder, env, stdio: 'pipe' });
      let said = '';
      let given = 0;
      child.stdout.on('data', (data: Buffer) => {
        said += data.toString();
        const asked = said.split('(c)ontinue: ').length - 1;
        for (; given < asked && given < answers.length; given += 1) child.stdin.write(answers[given] ?? '');
      });
      const [status] = await once(child, 'exit');
      const asked = [...said.matchAll(/Do (.*?)\? \(N\)o/g)].map(([, question = '']) => question);
      return { status: Number(status), said, asked };
    },
    written: () =>
      Object.fromEntries(
        HOSTS.map((name) => [
          name,
          readFileSync(join(folder, name), 'utf8')
            .split('\n')
            .filter((line) => line !== ''),
        ]),
      ),
  };
}

const both = (...lines: readonly string[]): object => Object.fromEntries(HOSTS.map((name) => [name, lines]));

const SIMPLE = SITE.replace(' {{one.skipped}}', '');

test('a play starts at a task, says so, and is gone on with from there only', async () => {
  const { run, written } = site(SIMPLE.replace("'echo four >>", "'test -e ready && echo four >>"));
  const part = ['play', 'site.yml', '-i', 'hosts.yml', '--start-at-task', 'Tw*'];
  const first = await run(...part);
  expect(first.status).toBe(2);
  expect(first.stdout).toContain('Only a part of the playbook: --start-at-task Tw*');
  expect(written()).toEqual(both('two', 'three'));
  const whole = await run('play', 'site.yml', '-i', 'hosts.yml', '--resume');
  expect(whole.stderr).toMatch(/left out other parts[\s\S]*It had --start-at-task Tw\*/);
  expect((await run(...part, '--resume')).stdout).toContain('Inner');
});

test('a saved plan from a task on is applied from there on', async () => {
  const { run, written } = site(SIMPLE);
  const planned = await run('plan', 'site.yml', '-i', 'hosts.yml', '--start-at-task', 'Four', '-o', 'p');
  expect(planned.stdout).not.toContain('Two');
  expect((await run('show', 'p')).stdout).toContain('--start-at-task Four');
  expect((await run('apply', 'p')).status).toBe(0);
  expect(written()).toEqual(both('four'));
});

test('what an omitted task would have registered is missing before anything is connected to', async () => {
  const { run, written } = site();
  const { status, stderr } = await run('play', 'site.yml', '-i', 'hosts.yml', '--start-at-task', 'Four');
  expect(status).toBe(1);
  expect(stderr).toMatch(/"one"/);
  expect(written()).toEqual(both());
});

test('an unknown task is an error before connecting, and the list shows what is left', async () => {
  const { run } = site();
  const { status, stderr } = await run('plan', 'site.yml', '-i', 'hosts.yml', '--start-at-task', 'For');
  expect(status).toBe(1);
  expect(stderr).toMatch(/there is no task "For" to start at[\s\S]*Did you mean "Four"/);
  const list = await run('play', 'site.yml', '-i', 'hosts.yml', '--start-at-task', 'Three', '--list-tasks');
  expect(list.stdout).toMatch(/tasks:\n\s+Three\t.*\n\s+Four\t.*\n$/);
});

test('--step asks once for all hosts, and declined tasks are skipped', async () => {
  const { answering, written } = site();
  const play = ['play', 'site.yml', '-i', 'hosts.yml', '--step'];
  const { status, asked } = await answering(['\n', 'what\n', 'y\n', 'no\n', 'YES\n'], ...play);
  expect(asked).toEqual(['One on a, b', 'Two on a, b', 'Two on a, b', 'Three on a, b', 'Four on a, b']);
  expect(status).toBe(0);
  expect(written()).toEqual(both('two', 'four true'));
});

test('a declined handler stays owed, and c asks no more', async () => {
  const { answering, written } = site();
  const play = ['play', 'site.yml', '-i', 'hosts.yml', '--step'];
  const { asked, said } = await answering(['y\n', 'n\n', 'n\n', 'n\n', 'n\n'], ...play);
  expect(asked.at(-1)).toBe('handler Tell of steps on a, b');
  expect(said).toMatch(/a, b owe the handlers.* Tell of steps/);
  expect(written()).toEqual(both('one'));
  const second = await answering(['c\n'], ...play);
  expect(second.asked).toHaveLength(1);
  expect(written().a?.filter((line) => line === 'told')).toHaveLength(1);
});

test.each([
  ['Ctrl-C', '\x03'],
  ['the end of input', '\x04'],
])('%s at a question ends the run', async (_, key) => {
  const { answering, written } = site();
  const { status, said } = await answering([key], 'play', 'site.yml', '-i', 'hosts.yml', '--step');
  expect(status).toBe(130);
  expect(said).not.toContain('    at ');
  expect(written()).toEqual(both());
});

test.each<[string, readonly string[], RegExp]>([
  ['no terminal', [], /--step asks before each task, and there is no terminal/],
  ['-C', ['-C'], /--step cannot be used together with -C/],
  ['--output json', ['--output', 'json'], /--step cannot be used together with --output json/],
])('--step is refused with %s before anything is read', async (_, more, message) => {
  const { run } = site();
  const { status, stderr } = await run('play', 'none.yml', '--step', ...more);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});

test('--profile lists the tasks by their time, also later', async () => {
  const { run } = site(SITE.replace('echo two', 'sleep 0.3; echo two'));
  const { stdout } = await run('play', 'site.yml', '-i', 'hosts.yml', '--profile');
  const table = /^ +total +longest +count +task.*\n(?: +\d.*\n)+/m.exec(stdout)?.[0] ?? '';
  expect(table.split('\n')[1]).toMatch(/^ +0\.\d s +0\.\d s +2 {2}Two \([ab]\)$/);
  expect(table).toContain('handler Tell of steps');
  const [id = ''] = /\d{8}T\d{6}-\w+/.exec(stdout) ?? [];
  expect((await run('runs', 'show', id, '--profile')).stdout).toBe(table);
});
