import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import { startReport } from '../../engine/report/report.ts';
import type { Mode, RunEvent } from '../../engine/run/base/events.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { changed, ended, finished, playStarted, recapOf, Sink, started, taskAt } from './sink.ts';

let journal = '';
beforeEach(() => {
  journal = mkdtempSync(join(tmpdir(), 'runbook-journal-'));
});
afterEach(() => rmSync(journal, { recursive: true, force: true }));

interface Told {
  readonly format?: 'plain' | 'json';
  readonly mode?: Mode;
  readonly diff?: boolean;
  readonly verbosity?: number;
}

async function tell(
  events: readonly RunEvent[],
  { format = 'plain', mode = 'play', diff = false, verbosity = 0 }: Told = {},
): Promise<Sink> {
  const stdout = new Sink();
  const report = startReport({
    format,
    mode,
    diff,
    verbosity,
    stdout,
    stderr: new Sink(),
    journal,
    command: [mode, 'site.yml'],
  });
  for (const event of events) report.emit(event);
  await report.finish();
  return stdout;
}

const secret = Secret.of('correct horse battery');
const failed = (more: Partial<RunEvent> = {}): RunEvent =>
  finished('b', taskAt(2), {
    kind: 'failed',
    problem: new Problem({ code: 'task-failed', what: 'it broke', why: 'the reason', remedy: 'mend it' }),
    ignored: false,
    output: { status: 3, stdout: '', stderr: 'a\u001b[2Jb\n' },
    ...more,
  });

describe('plain lines', () => {
  const shown: readonly (readonly [string, RunEvent, number, string | undefined])[] = [
    ['a change', finished('a', taskAt(1), changed()), 0, 'changed: [a] Task 1'],
    ['a change of an item', finished('a', taskAt(1), changed(), { item: 'x' }), 0, 'changed: [a] Task 1 (x)'],
    [
      'a change elsewhere',
      finished('a', taskAt(1), changed(), { delegatedTo: 'localhost' }),
      0,
      'changed: [a -> localhost] Task 1',
    ],
    ['a task of a role', finished('a', { ...taskAt(1), role: 'etcd' }, changed()), 0, 'changed: [a] etcd : Task 1'],
    ['a handler', finished('a', { ...taskAt(1), handler: true }, changed()), 0, 'changed: [a] handler Task 1'],
    ['a task in sync', finished('a', taskAt(1), { kind: 'ok' }), 0, undefined],
    ['a task in sync with -v', finished('a', taskAt(1), { kind: 'ok' }), 1, 'ok: [a] Task 1'],
    ['a skipped task', finished('a', taskAt(1), { kind: 'skipped', why: 'no' }), 0, undefined],
    ['a skipped task with -v', finished('a', taskAt(1), { kind: 'skipped', why: 'no' }), 1, 'skipped: [a] Task 1 (no)'],
    ['an ignored failure', failed({ ignored: true } as never), 0, 'failed, ignored: [b] Task 2: it broke'],
    ['a message', { type: 'message', host: 'a', task: taskAt(1), text: 'hello' }, 0, '    hello'],
    ['a message with a map', { type: 'message', host: 'a', task: taskAt(1), text: { a: 1 } }, 0, '      "a": 1'],
    [
      'an owed handler',
      { type: 'handler_owed', host: 'a', handler: 'Restart', playbook: 'site.yml' },
      0,
      'owed: [a] an earlier run of site.yml left the handler "Restart"; it is run with the handlers of this play',
    ],
    [
      'what a module has let be',
      finished('a', taskAt(1), { kind: 'ok' }, { result: { warnings: ['net.x is not there'] } }),
      0,
      'warning: [a] Task 1: net.x is not there',
    ],
    [
      'a name that forges a line',
      finished('a', taskAt(1, 'x\nchanged: [b] y'), changed()),
      0,
      'changed: [a] x\\nchanged: [b] y',
    ],
  ];
  it.each(shown)('show %s', async (_, event, verbosity, line) => {
    const { text } = await tell([event], { verbosity });
    if (line === undefined) expect(text).toBe('');
    else expect(text.split('\n')).toContain(line);
  });
});

describe('plain lines of a whole run', () => {
  it('show a failure in short at once and in full at the end, with its output made harmless', async () => {
    const sink = await tell([
      failed(),
      finished('a', taskAt(3), changed()),
      ended(recapOf('a', { changed: 1 }), recapOf('b', { failed: 1 })),
    ]);
    const lines = sink.lines();
    expect(lines.slice(0, 3)).toEqual(['failed: [b] Task 2: it broke', '    the reason', 'changed: [a] Task 3']);
    expect(lines.indexOf('failed: [b] Task 2')).toBeGreaterThan(lines.indexOf('Failures'));
    expect(lines).toContain('      a\\x1b[2Jb');
    expect(lines).toContain('    exit status: 3');
    expect(lines).toContain('      help: mend it');
  });

  it('end with a table, what is owed, and why the run stopped', async () => {
    const owed = [
      { playbook: 'site.yml', play: 'Web', handler: 'Restart nginx' },
      { playbook: 'site.yml', play: 'Cache', handler: 'Restart cache' },
      { playbook: undefined, play: undefined, handler: 'Reload' },
    ];
    const recap = [recapOf('web1', { ok: 12, changed: 3, owed }), recapOf('db', { unreachable: true })];
    const sink = await tell([{ type: 'run_finished', recap, stopped: 'web1 failed', milliseconds: 1 }]);
    expect(sink.lines().slice(1)).toEqual([
      '      ok  changed  failed  unreachable',
      'web1  12        3       0            0',
      'db     0        0       0            1',
      'web1 owes the handlers Restart nginx, Restart cache: the next play of site.yml runs them.',
      'web1 owes the handlers Reload: the next play with these handlers runs them.',
      'Stopped: web1 failed',
      '',
    ]);
  });

  it('say that only a part is run, and name batches', async () => {
    const sink = await tell([started('play', ['a'], ['--tags x']), playStarted(['a', 'b'], 'Etcd', 1, 3)]);
    expect(sink.lines()).toContain('Only a part of the playbook: --tags x');
    expect(sink.lines()).toContain('Play: Etcd (2 hosts, batch 1 of 3)');
  });

  it('show results with -vv, masked', async () => {
    const sink = await tell(
      [finished('a', taskAt(1), { kind: 'ok' }, { result: { password: secret, text: 'is correct horse battery' } })],
      { verbosity: 2 },
    );
    expect(sink.text).toContain('"text": "is ********"');
    expect(sink.text).not.toContain('horse');
  });
});

const changes = (line: number, certainty: 'certain' | 'after_change' | 'opaque'): RunEvent =>
  finished('a', taskAt(line), { kind: 'changed', differences: [], certainty, notifies: ['Restart'] });
const plan = (events: readonly RunEvent[], told: Told = {}): Promise<Sink> => tell(events, { mode: 'plan', ...told });

describe('a plan', () => {
  it('says first what it comes to, then each change once with the hosts that share it', async () => {
    const hosts = ['a', 'b', 'c'];
    const sink = await plan([
      started('plan', hosts),
      playStarted(hosts),
      ...hosts.map((host) => finished(host, taskAt(1), changed())),
      finished('a', taskAt(2), changed('owner', 'root', 'etcd')),
      finished('b', taskAt(2), changed('owner', 'bin', 'etcd')),
      finished('c', taskAt(2), { kind: 'ok' }),
      ended(...hosts.map((host) => recapOf(host, { changed: 2, ok: 1 }))),
    ]);
    expect(sink.lines().filter((line) => line.includes('Plan') || line.includes('change:'))).toEqual([
      'Plan: 5 to change, 1 in sync, 0 unknown on 3 hosts',
      '  ~ would change: Task 1 [a, b, c]  tasks.yml:1',
      '  ~ would change: Task 2 [a, b]  tasks.yml:2',
    ]);
  });

  it('shows differences apart where they differ', async () => {
    const sink = await plan(
      [
        playStarted(['a', 'b']),
        finished('a', taskAt(2), changed('owner', 'root', 'etcd')),
        finished('b', taskAt(2), changed('owner', 'bin', 'etcd')),
        ended(recapOf('a'), recapOf('b')),
      ],
      { diff: true },
    );
    expect(sink.lines().slice(4, -5)).toEqual([
      'Play: Play',
      '  ~ would change: Task 2 [a]  tasks.yml:2',
      '      /etc/x: owner: "root" → "etcd"',
      '  ~ would change: Task 2 [b]  tasks.yml:2',
      '      /etc/x: owner: "bin" → "etcd"',
    ]);
  });

  it('keeps the order of the tasks, whichever host comes first', async () => {
    const sink = await plan([
      playStarted(['a', 'b']),
      finished('a', taskAt(1), { kind: 'ok' }),
      finished('a', taskAt(3), changed()),
      finished('b', taskAt(1), { kind: 'ok' }),
      finished('b', taskAt(2), changed()),
      finished('b', taskAt(3), changed()),
      playStarted(['a'], 'Second'),
      finished('a', taskAt(1), changed()),
      ended(recapOf('a'), recapOf('b')),
    ]);
    expect(sink.lines().filter((line) => /change:|^Play/.test(line))).toEqual([
      'Play: Play',
      '  ~ would change: Task 2 [b]  tasks.yml:2',
      '  ~ would change: Task 3 [a, b]  tasks.yml:3',
      'Play: Second',
      '  ~ would change: Task 1 [a]  tasks.yml:1',
    ]);
  });
});

describe('a plan and what it says beside the changes', () => {
  it('marks how certain it is', async () => {
    const sink = await plan([
      playStarted(['a']),
      changes(1, 'certain'),
      changes(2, 'after_change'),
      changes(3, 'opaque'),
      finished('a', taskAt(4), { kind: 'unknown', because: 'task "x"' }),
      finished('a', taskAt(5), {
        kind: 'changed',
        differences: [],
        certainty: 'after_change',
        doubt: 'fresh package lists decide',
        notifies: [],
      }),
      ended(recapOf('a')),
    ]);
    expect(sink.lines().filter((line) => line.includes('Task'))).toEqual([
      '  ~ would change: Task 1 [a]  tasks.yml:1',
      '  ~ may change: Task 2 [a] (an earlier change decides)  tasks.yml:2',
      '  ! would run: Task 3 [a] (nobody can know whether it is needed)  tasks.yml:3',
      '  ? unknown: Task 4 [a] (known after apply: task "x")  tasks.yml:4',
      '  ~ may change: Task 5 [a] (fresh package lists decide)  tasks.yml:5',
    ]);
    expect(sink.text).toContain('then the handler Restart');
  });

  it('says where it is only a part of the whole', async () => {
    const problem = new Problem({ code: 'unreachable', what: 'nobody answers' });
    const sink = await plan([
      started('plan', ['a', 'b'], ['--limit a']),
      playStarted(['a', 'b']),
      { type: 'host_unreachable', host: 'b', problem, during: undefined },
      ended(recapOf('a'), recapOf('b')),
    ]);
    expect(sink.lines()).toContain('This is only a part of the playbook: --limit a');
    expect(sink.lines()).toContain('The plan lacks what is unreachable: b');
  });

  it('counts hosts where they are many', async () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `h${index}`);
    const sink = await plan([
      playStarted(hosts),
      ...hosts.map((host) => finished(host, taskAt(1), changed())),
      ...hosts.slice(1).map((host) => finished(host, taskAt(2), changed())),
      ended(...hosts.map((host) => recapOf(host))),
    ]);
    expect(sink.lines()).toContain('  ~ would change: Task 1 [all 40 hosts]  tasks.yml:1');
    expect(sink.lines()).toContain('  ~ would change: Task 2 [h1, h2, h3, h4, h5, h6 and 33 more]  tasks.yml:2');
  });
});

const file = (): string => join(journal, 'run-1/journal.jsonl');

describe('JSON lines', () => {
  it('are one object an event and nothing else', async () => {
    const events: RunEvent[] = [
      started('play', ['a']),
      finished(
        'a',
        taskAt(1),
        {
          kind: 'changed',
          certainty: 'certain',
          notifies: [],
          differences: [
            { kind: 'text', path: '/x', before: 'old secret', after: Secret.around('pw correct horse battery') },
            { kind: 'text', path: '/y', before: undefined, after: new Unknown('z') },
          ],
        },
        { result: { a: new Unknown('x'), b: [secret] } },
      ),
      failed(),
      ended(recapOf('a')),
    ];
    const sink = await tell(events, { format: 'json' });
    const parsed = sink.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(parsed.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    expect(parsed[0].at).toBe('1970-01-01T00:00:00.000Z');
    expect(parsed[1].outcome.differences).toEqual([
      { kind: 'text', path: '/x', before: '********', after: '********' },
      { kind: 'text', path: '/y', before: null, after: '(known after apply)' },
    ]);
    expect(parsed[1].result).toEqual({ a: '(known after apply)', b: ['********'] });
    expect(parsed[2].outcome.problem).toEqual({
      code: 'task-failed',
      what: 'it broke',
      why: 'the reason',
      remedy: 'mend it',
    });
  });
});

describe('the journal', () => {
  it('keeps the order of events, where those of tasks in sync wait for the end of the turn', async () => {
    const stdout = new Sink();
    const report = startReport({
      format: 'json',
      mode: 'play',
      diff: false,
      verbosity: 0,
      stdout,
      stderr: new Sink(),
      journal,
      command: [],
    });
    report.emit(started('play', ['a']));
    report.emit(finished('a', taskAt(1), { kind: 'ok' }));
    report.emit(finished('a', taskAt(2), { kind: 'skipped', why: 'no' }));
    expect(stdout.text).not.toContain('Task 1');
    report.emit(finished('a', taskAt(3), changed()));
    report.emit(finished('a', taskAt(4), { kind: 'ok' }));
    expect(stdout.text).not.toContain('Task 4');
    await vi.waitFor(() => expect(stdout.text).toContain('Task 4'));
    const told = (text: string): readonly string[] => text.match(/Task \d/g) ?? [];
    expect(told(stdout.text)).toEqual(['Task 1', 'Task 2', 'Task 3', 'Task 4']);
    expect(told(readFileSync(file(), 'utf8'))).toEqual(['Task 1', 'Task 2', 'Task 3', 'Task 4']);
    await report.finish();
  });

  it('has an event before it is shown, masked, for nobody else to read', async () => {
    const stdout = new Sink();
    const report = startReport({
      format: 'json',
      mode: 'play',
      diff: false,
      verbosity: 0,
      stdout,
      stderr: new Sink(),
      journal,
      command: ['play', 'site.yml', '-e', 'pw=********'],
    });
    const written: string[] = [];
    const write = stdout.write.bind(stdout);
    stdout.write = ((chunk: string) => {
      written.push(readFileSync(file(), 'utf8').trimEnd().split('\n').at(-1) ?? '');
      expect(`${written.at(-1)}\n`).toBe(chunk);
      return write(chunk, 'utf8');
    }) as never;
    report.emit(started('play', ['a']));
    report.emit(finished('a', taskAt(1), changed(), { result: { pw: secret } }));
    stdout.write = write;
    await report.finish();
    expect(written).toHaveLength(2);
    expect(readFileSync(file(), 'utf8')).not.toContain('horse');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(journal, 'run-1')).mode & 0o777).toBe(0o700);
  });
});

describe('the journal that cannot be written, or need not be', () => {
  it('is a problem where it cannot be begun, and no reason to stop where it cannot be gone on with', async () => {
    const stderr = new Sink();
    const at = (folder: string): ReturnType<typeof startReport> =>
      startReport({
        format: 'plain',
        mode: 'play',
        diff: false,
        verbosity: 0,
        stdout: new Sink(),
        stderr,
        journal: folder,
        command: [],
      });
    expect(() => at('/dev/null/x').emit(started('play', ['a']))).toThrow('/dev/null/x/run-1/journal.jsonl');
    const report = at(journal);
    report.emit(started('play', ['a']));
    rmSync(join(journal, 'run-1'), { recursive: true });
    report.emit(finished('a', taskAt(1), changed()));
    report.emit(finished('a', taskAt(2), changed()));
    await report.finish();
    expect(stderr.lines()).toEqual([expect.stringContaining('cannot be written any more'), '']);
  });

  it('is not kept of a plan', async () => {
    await tell([started('plan', ['a']), ended(recapOf('a'))], { mode: 'plan' });
    expect(() => statSync(join(journal, 'run-1'))).toThrow();
  });
});

it('a reader that goes away is no error', async () => {
  const stdout = new Sink();
  const report = startReport({
    format: 'plain',
    mode: 'play',
    diff: false,
    verbosity: 0,
    stdout,
    stderr: new Sink(),
    journal,
    command: [],
  });
  report.emit(finished('a', taskAt(1), changed()));
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await new Promise(setImmediate);
  report.emit(finished('a', taskAt(2), changed()));
  await report.finish();
  expect(stdout.text).toBe('changed: [a] Task 1\n');
});
