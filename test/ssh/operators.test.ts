import { spawn } from 'node:child_process';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startCuttingProxy } from './cutting-proxy.ts';
import { startSite, type RunningPlay, type Site, type ToldEvent } from './site.ts';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

let site: Site;

const play = (tasks: readonly object[], more: object = {}): Promise<string> =>
  site.playbook('play.yml', JSON.stringify([{ name: 'Play', hosts: 'all', gather_facts: false, tasks, ...more }]));

/** Starts a play and resolves as soon as it has begun to change something. */
async function begun(args: readonly string[]): Promise<RunningPlay & { readonly events: readonly ToldEvent[] }> {
  const events: ToldEvent[] = [];
  const started = Promise.withResolvers<void>();
  const running = site.start([...args, '--output', 'json'], (event) => {
    events.push(event);
    if (event.type === 'task_started') started.resolve();
  });
  const early = await Promise.race([started.promise, running.ended]);
  if (early !== undefined) throw new Error(`It ended before it began anything: ${JSON.stringify(early)}`);
  return { ...running, events };
}

const recapOf = (events: readonly ToldEvent[]): ToldEvent | undefined =>
  events.find((event) => event.type === 'run_finished');

describe.skipIf(process.getuid?.() !== 0)('operators, and hosts that go away (the tests need root, for mounts)', () => {
  beforeAll(async () => {
    site = await startSite({ one: {}, two: {}, three: {} });
  });
  afterAll(() => site.stop());

  twoRuns();
  interruptions();
  lostHosts();
  hangingHosts();
});

const TRUE = { command: 'true' };

function twoRuns(): void {
  test('of two at once one goes, the other is told who holds the host; kill -9 of the first frees it', async () => {
    const book = await play([{ command: 'sleep 600' }]);
    const first = await begun(['play', book, '--limit', 'one']);
    const quick = await play([{ command: 'true' }]);
    const second = await site.run(['play', quick, '--limit', 'one']);
    expect(second.status).toBe(4);
    expect(second.stdout).toContain(`pid ${first.process.pid} since`);
    expect(second.stdout).toContain('--wait-lock');
    first.process.kill('SIGKILL');
    await first.ended;
    expect(await site.run(['play', quick, '--limit', 'one', '--wait-lock', '20'])).toMatchObject({ status: 0 });
    await site.quiet();
  });

  test('who waits for the lock sees on a terminal who holds it', async () => {
    const first = await begun(['play', await play([{ command: 'sleep 600' }]), '--limit', 'one']);
    const book = await site.playbook('quick.yml', '[{ hosts: all, tasks: [{ command: "true" }] }]');
    const second = onTerminal(['play', book, '--limit', 'one', '--wait-lock', '60']);
    await second.shows(`one  waits for the lock, held by `);
    await second.shows(` pid ${first.process.pid} since `);
    first.process.kill('SIGKILL');
    expect(await second.status).toBe(0);
    await site.quiet();
  });

  test.each([
    ['while the run is at the machine', 'linear'],
    ['after the run has left it', 'free'],
  ])('two names of one machine are told apart from a second run, %s', async (_, strategy) => {
    const book = await site.playbook('names.yml', JSON.stringify([{ hosts: 'one,two', strategy, tasks: [TRUE] }]));
    const { status, stdout } = await site.run(['play', book, '--wait-lock', '600', '--forks', '1']);
    expect(status).toBe(4);
    expect(stdout).toMatch(/(one|two) is a second name of a machine of this run/);
    expect(stdout).toMatch(/The run has reached it as (one|two)/);
    expect(stdout).toContain('Give the machine one name in the inventory');
    await site.quiet();
  });
}

/** The program on a pseudo-terminal. `shows` resolves when that text is on it, with any number of spaces. */
function onTerminal(args: readonly string[]): {
  readonly shows: (text: string) => Promise<void>;
  readonly status: Promise<number | null>;
} {
  const program = [process.execPath, RUNBOOK, ...args, '-i', join(site.folder, 'inventory.yml')].join(' ');
  const { CI: _, ...env } = process.env;
  const child = spawn('script', ['-qec', `stty cols 200 rows 20; ${program}`, '/dev/null'], {
    env: {
      ...env,
      TERM: 'xterm',
      NO_COLOR: '1',
      RUNBOOK_STATE: join(site.folder, 'state'),
      XDG_CACHE_HOME: join(site.folder, 'cache'),
      TMPDIR: join(site.folder, 'tmp'),
    },
    cwd: site.folder,
  });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  return {
    shows: (text) =>
      vi.waitFor(() => expect(said.replaceAll(/ +(?:\d+ s)? +/g, '  ')).toContain(text), {
        timeout: 30_000,
        interval: 50,
      }),
    status: new Promise((resolve) => child.once('exit', resolve)),
  };
}

function interruptions(): void {
  test('Ctrl-C once: what runs is finished, no more is started, what is owed is told', async () => {
    const gate = join(site.folder, 'gate');
    const book = await play(
      [
        {
          name: 'waits',
          shell: `until [ -e ${gate} ]; do sleep 0.05; done; touch ${site.folder}/finished`,
          notify: 'reload',
        },
        { name: 'never', command: `touch ${site.folder}/never` },
      ],
      { handlers: [{ name: 'reload', command: `touch ${site.folder}/reloaded` }] },
    );
    const running = await begun(['play', book, '--limit', 'one']);
    running.process.kill('SIGINT');
    await new Promise((resolve) => running.process.stderr?.once('data', resolve));
    await writeFile(gate, '');
    const ended = await running.ended;
    expect(ended.status).toBe(130);
    await stat(join(site.folder, 'finished'));
    await expect(stat(join(site.folder, 'never'))).rejects.toThrow('ENOENT');
    expect(recapOf(running.events)).toMatchObject({
      stopped: 'interrupted',
      recap: [{ host: 'one', owed: [{ handler: 'reload', playbook: 'play.yml' }] }],
    });
    expect(await readFile(join(site.owed, 'owed'), 'utf8')).toMatch(/^\[2,"play.yml",".*","reload"\]\n$/);
    // The next play runs the owed handler.
    expect(await site.run(['play', book, '--limit', 'one'])).toMatchObject({ status: 0 });
    await stat(join(site.folder, 'reloaded'));
    expect(await readdir(site.owed)).toEqual([]);
  });

  test('Ctrl-C twice: nothing is left running on the hosts, and what was begun is owed', async () => {
    const book = await play([{ shell: 'echo at work; sleep 600', notify: 'reload' }], {
      handlers: [{ name: 'reload', command: 'true' }],
    });
    const running = await begun(['play', book, '--limit', 'one']);
    // Signals in quick succession count as one.
    const pressing = setInterval(() => running.process.kill('SIGINT'), 300);
    running.process.stderr?.on('data', (data: Buffer) => data.includes('Ending what runs') && clearInterval(pressing));
    onTestFinished(() => clearInterval(pressing));
    expect(await running.ended).toMatchObject({ status: 130 });
    await site.quiet();
    const owed = [{ handler: 'reload', play: 'Play', playbook: 'play.yml' }];
    expect(recapOf(running.events)).toMatchObject({
      stopped: 'interrupted',
      recap: [{ host: 'one', owed, interrupted: true, unreachable: false, failed: 0 }],
    });
    const paying = await play([], { handlers: [{ name: 'reload', command: 'true' }] });
    const paid = await site.run(['play', paying, '--limit', 'one', '--wait-lock', '20']);
    expect(paid.status, paid.stdout).toBe(0);
    expect(await readdir(site.owed)).toEqual([]);
  });
}

function lostHosts(): void {
  test('a change whose host is lost in it is owed, and paid by the next play', async () => {
    const proxy = await startCuttingProxy(site.server.port);
    onTestFinished(() => proxy.stop());
    const book = await play(
      [{ shell: `touch ${site.folder}/begun; sleep 600`, args: { creates: `${site.folder}/begun` }, notify: 'reload' }],
      {
        handlers: [{ name: 'reload', command: `touch ${site.folder}/paid` }],
      },
    );
    const running = await begun(['play', book, '-e', `{ansible_port: ${proxy.port}}`, '--limit', 'one']);
    await expect
      .poll(
        () =>
          stat(join(site.folder, 'begun')).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    proxy.cut();
    expect(await running.ended).toMatchObject({ status: 4 });
    expect(recapOf(running.events)).toMatchObject({ recap: [{ owed: [{ handler: 'reload', playbook: 'play.yml' }] }] });
    expect(running.events.find((event) => event.type === 'host_unreachable')).toMatchObject({
      during: { module: 'shell' },
    });
    await site.quiet();
    expect(await site.run(['play', book, '--limit', 'one'])).toMatchObject({ status: 0 });
    await stat(join(site.folder, 'paid'));
  });
}

function hangingHosts(): void {
  test('a host that hangs without closing its connection stops a roll of one at a time; others are not begun', async () => {
    const proxy = await startCuttingProxy(site.server.port);
    onTestFinished(() => proxy.stop());
    const first = "{{#if (eq inventory_hostname 'one')}}sleep 600{{else}}true{{/if}}";
    const book = await play([{ shell: `echo {{inventory_hostname}} >>${site.folder}/rolled; ${first}` }], {
      serial: 1,
    });
    const variables = { ansible_port: proxy.port, ansible_server_alive_interval: 0.2 };
    const running = await begun(['play', book, '--no-lock', '-e', JSON.stringify(variables)]);
    await expect
      .poll(() => readFile(join(site.folder, 'rolled'), 'utf8').catch(() => ''), { timeout: 20_000 })
      .toBe('one\n');
    proxy.stall();
    expect(await running.ended).toMatchObject({ status: 4 });
    expect(recapOf(running.events)).toMatchObject({ stopped: expect.stringContaining('one failed') });
    expect(await readFile(join(site.folder, 'rolled'), 'utf8')).toBe('one\n');
  });

  test.each([
    ['max_fail_percentage', { max_fail_percentage: 30, serial: 3 }, 'max_fail_percentage'],
    ['any_errors_fatal', { any_errors_fatal: true }, 'any error is fatal'],
  ])('a host that cannot be reached counts as failed for %s', async (_what, keywords, stopped) => {
    const book = await site.playbook(
      'two.yml',
      JSON.stringify([
        { name: 'First', hosts: 'all', gather_facts: false, tasks: [{ command: 'true' }], ...keywords },
        { name: 'Second', hosts: 'all', gather_facts: false, tasks: [{ command: `touch ${site.folder}/second` }] },
      ]),
    );
    // No server listens on port 1.
    const port = "{{#if (eq inventory_hostname 'two')}}1{{else}}" + String(site.server.port) + '{{/if}}';
    const ended = await site.run(['play', book, '--no-lock', '-e', JSON.stringify({ ansible_port: port })]);
    expect(ended.status, ended.stderr).toBe(4);
    expect(ended.stdout).toContain(stopped);
    await expect(stat(join(site.folder, 'second'))).rejects.toThrow('ENOENT');
  });
}
