import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Trap } from './hostile-shell.ts';
import { startSite, type Ended, type RunningPlay, type Site } from './site.ts';

// Real servers on which the `sh` of the login user attacks the controller, see hostile-shell.ts.

let site: Site;

const trapFile = (): string => join(site.folder, 'trap.json');

const lay = (trap: Trap): Promise<void> => writeFile(trapFile(), JSON.stringify(trap));

const book = (tasks: readonly object[]): Promise<string> =>
  site.playbook('play.yml', JSON.stringify([{ name: 'Play', hosts: 'all', strategy: 'free', tasks }]));

const play = async (tasks: readonly object[], more: readonly string[] = []): Promise<Ended> =>
  site.run(['play', await book(tasks), '--no-lock', '--output', 'plain', '--look-timeout', '2', ...more]);

const here = (name: string): string => join(site.folder, name);

const mark = { copy: { content: 'was here\n', dest: '{{dest}}-{{inventory_hostname}}' } };

/** Ctrl-C once, as soon as the host has begun to be silent. */
const interrupted = async (running: RunningPlay, isStuck: () => Promise<boolean>): Promise<Ended> => {
  await expect.poll(isStuck, { timeout: 30_000, interval: 50 }).toBe(true);
  running.process.kill('SIGINT');
  return running.ended;
};

const asked = async (): Promise<boolean> => (await readFile(`${trapFile()}.sprung`, 'utf8').catch(() => '')) !== '';

describe.skipIf(process.getuid?.() !== 0)('hosts that never come to an end (the tests need root, for mounts)', () => {
  beforeAll(async () => {
    site = await startSite({ bad: { word: 'HOSTILE' }, good: { word: 'kind' } });
    await mkdir(join(site.folder, 'bin'));
    const shell = join(site.folder, 'bin/sh');
    await writeFile(
      shell,
      `#!/bin/sh\nexec ${process.execPath} ${join(import.meta.dirname, 'hostile-shell.ts')} ${trapFile()}\n`,
    );
    await chmod(shell, 0o755);
  });
  beforeEach(() => lay({ word: 'HOSTILE', times: 1, how: 'silent' }));
  afterAll(() => site.stop());

  boundedLooks();
  interruptions();
});

function boundedLooks(): void {
  test.each([
    ['silent', 'no answer to a look'],
    ['dripping', 'no answer to a look'],
    ['endless line', 'no answer to a look'],
    ['endless status', 'the answer is not that of a shell'],
    ['no status', 'the answer is not that of a shell'],
  ] as const)('a look that is answered %s: the host is given up, and the others are done', async (how, told) => {
    await lay({ word: 'HOSTILE', times: 1, how });
    const tasks = [{ stat: { path: '/nowhere/{{word}}' }, ignore_errors: true }, mark];
    const dest = here(`after-${how.replace(' ', '-')}`);
    const ended = await play(tasks, ['-e', `dest=${dest}`]);
    expect(ended.stdout).toContain(`bad: ${told}`);
    expect(ended.status, ended.stdout + ended.stderr).toBe(4);
    await stat(`${dest}-good`);
    await expect(stat(`${dest}-bad`)).rejects.toThrow('ENOENT');
  });

  test('a look behind a change is bounded as any other', async () => {
    await lay({ word: 'HOSTILE', times: 2, how: 'silent' });
    const ended = await play([{ file: { path: here('made-{{word}}'), state: 'directory', mode: '0700' } }]);
    expect(ended.stdout).toMatch(/bad: (?:not done after 2 s|no answer to a look)/);
    expect(ended.status).not.toBe(0);
    expect((await stat(here('made-kind'))).isDirectory()).toBe(true);
  });

  test('a host that takes no more of a file', async () => {
    await lay({ word: 'oflag=nocache', times: 1, how: 'deaf' });
    await writeFile(here('large'), Buffer.alloc(8_000_000));
    const ended = await play([{ copy: { src: here('large'), dest: here('large-{{word}}') } }], ['--limit', 'bad']);
    expect(ended.stdout).toMatch(/bad: the host takes no more of /);
    expect(ended.status).toBe(4);
  });

  test('--silence ends what prints nothing: a look too', async () => {
    const ended = await play([{ stat: { path: '/nowhere/{{word}}' } }], ['--silence', '1', '--look-timeout', '600']);
    expect(ended.stdout).toMatch(/bad: no answer to a look[^]*longer than --silence allows/);
    expect(ended.status).toBe(4);
  });
}

function interruptions(): void {
  test.each<[string, Trap['word'], readonly object[]]>([
    ['a look', 'HOSTILE', [{ stat: { path: '/nowhere/{{word}}' } }]],
    ['a command that asks', 'HOSTILE', [{ query: 'echo {{word}}' }]],
    ['a wait', 'HOSTILE', [{ wait_for: { path: '/nowhere/{{word}}', timeout: 600 } }]],
    ['the greeting', '@architecture', [{ command: 'true' }]],
  ])('Ctrl-C once ends %s that has no answer', async (_what, word, tasks) => {
    await lay({ word, times: 1, how: 'silent' });
    await writeFile(`${trapFile()}.sprung`, '');
    const running = site.start([
      'play',
      await book(tasks),
      '--output',
      'json',
      '--limit',
      'bad',
      '--look-timeout',
      '600',
    ]);
    const ended = await interrupted(running, asked);
    expect(ended).toMatchObject({ status: 130, signal: null });
    expect(ended.stdout).toContain('"stopped":"interrupted"');
  });

  test('Ctrl-C once ends the wait for a lock', async () => {
    await lay({ word: 'nobody says this', times: 1, how: 'silent' });
    const gate = here('gate');
    const holder = site.start([
      'play',
      await book([{ shell: `touch ${here('held')}; until [ -e ${gate} ]; do sleep 0.05; done` }]),
      '--limit',
      'bad',
    ]);
    await expect
      .poll(
        () =>
          stat(here('held')).then(
            () => true,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
    const waiting = site.start([
      'play',
      await book([{ command: 'true' }]),
      '--limit',
      'good',
      '--wait-lock',
      '600',
      '-vv',
    ]);
    await expect.poll(() => site.server.sessions(), { timeout: 30_000 }).toBeGreaterThan(1);
    waiting.process.kill('SIGINT');
    expect(await waiting.ended).toMatchObject({ status: 130 });
    await writeFile(gate, '');
    expect(await holder.ended).toMatchObject({ status: 0 });
  });
}
