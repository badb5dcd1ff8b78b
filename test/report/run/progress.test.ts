import { describe, expect, it } from 'vitest';
import { Progress } from '../../../engine/report/run/progress.ts';
import { displayWidth } from '../../../engine/report/text/width.ts';
import type { RunEvent } from '../../../engine/run/base/events.ts';
import type { Activity } from '../../../engine/run/base/live-events.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { changed, finished, playStarted, taskAt } from '../sink.ts';

const WIDE = { columns: 100, rows: 12 };

/** A run with a clock that the test moves. */
class Run {
  #now = 5000;
  painted = 0;
  readonly progress = new Progress(
    (_, text) => {
      this.painted += 1;
      return text;
    },
    () => this.#now,
  );

  constructor(hosts: readonly string[] = []) {
    if (hosts.length > 0) this.tell(playStarted(hosts));
  }

  tell(...events: readonly RunEvent[]): this {
    for (const event of events) this.progress.follow(event);
    return this;
  }

  live(host: string, ...activities: readonly Activity[]): this {
    for (const activity of activities) this.progress.live({ host, activity });
    return this;
  }

  after(seconds: number): this {
    this.#now += seconds * 1000;
    return this;
  }

  rows(room = WIDE): readonly string[] {
    return this.progress.rows(room);
  }
}

function atTask(
  line: number,
  more: { readonly name?: string; readonly item?: string; readonly of?: number } = {},
): Activity {
  const { name, item, of = 4 } = more;
  return { kind: 'at_task', task: taskAt(line, name), item, number: line, of };
}

const LONG = 'A name that says all that there is to say about the task, and goes on for longer than a window is wide';

const ROWS: readonly (readonly [what: string, said: readonly Activity[], after: number, row: string])[] = [
  ['that waits to be connected', [], 9, '           waits for its turn'],
  ['that is being connected', [{ kind: 'connecting' }], 12, '12 s  connecting'],
  [
    'whose lock another run holds',
    [{ kind: 'connecting' }, { kind: 'locked', holder: 'ops@ctl pid 7' }],
    3,
    ' 3 s  waits for the lock, held by ops@ctl pid 7',
  ],
  [
    'that has the lock again counts from then',
    [{ kind: 'connecting' }, { kind: 'locked', holder: 'x' }, { kind: 'unlocked' }],
    0,
    '      connecting',
  ],
  ['that has come to a task', [atTask(1)], 9, '      Task 1'],
  ['that waits for other hosts', [atTask(1), { kind: 'waiting_for_hosts' }], 9, '      Task 1: waits for other hosts'],
  ['that waits for its turn', [atTask(1), { kind: 'waiting_for_turn' }], 9, '      Task 1: waits for its turn'],
  ['that looks', [atTask(1, { item: 'x' }), { kind: 'looking' }], 61, '1 min 1 s  Task 1 (x)'],
  ['that changes something', [atTask(1), { kind: 'changing' }], 3661, '1 h 1 min  Task 1'],
  [
    'that gets a file',
    [atTask(1), { kind: 'changing' }, { kind: 'sending', sent: 90_000_000, size: 200_000_000 }],
    2,
    ' 2 s  Task 1: 45 % of 200 MB sent',
  ],
  [
    'that downloads a file',
    [atTask(1), { kind: 'changing' }, { kind: 'fetching', received: '32M', of: { percent: 7, size: '461M' } }],
    2,
    ' 2 s  Task 1: 7 % of 461M downloaded',
  ],
  [
    'whose command prints',
    [atTask(1), { kind: 'changing' }, { kind: 'printing', line: 'step 2\tof \u001b[31m3\u0007' }],
    2,
    ' 2 s  Task 1: step 2\\tof 3\\x07',
  ],
  [
    'whose command draws over its line',
    [atTask(1), { kind: 'changing' }, { kind: 'printing', line: '1 % done\r50 % done\r99 % done\r' }],
    2,
    ' 2 s  Task 1: 99 % done',
  ],
  [
    'whose command prints a short word, which may be a piece of a secret',
    [atTask(1), { kind: 'changing' }, { kind: 'printing', line: 'aHVudGVy' }],
    2,
    ' 2 s  Task 1',
  ],
  [
    'that pauses',
    [atTask(2), { kind: 'pausing', milliseconds: 60_000, prompt: 'let it settle' }],
    12,
    '12 s  Task 2: pauses for 1 min 0 s (let it settle)',
  ],
  [
    'that waits for a state',
    [atTask(2), { kind: 'awaiting', limitMs: 300_000 }],
    12,
    '12 s  Task 2: waits, at most 5 min 0 s',
  ],
  ['that takes no more part', [atTask(2), { kind: 'left' }], 12, '      Task 2: done'],
];

describe('the row of a host', () => {
  it.each(ROWS)('%s', (_, said, after, row) => {
    const [, host] = new Run(['a'])
      .live('a', ...said)
      .after(after)
      .rows();
    expect(host?.replace('a', '').trimStart()).toBe(row.trimStart());
    expect(host?.startsWith('  a  ')).toBe(true);
  });

  it('names the attempt, and the wait before it', () => {
    const run = new Run(['a']).live('a', atTask(1));
    const retried = { type: 'task_retried', host: 'a', task: taskAt(1), attempt: 1, attempts: 4 } as const;
    run.tell(retried).live('a', { kind: 'delaying', milliseconds: 5000 }).after(2);
    expect(run.rows()[1]).toBe('  a   2 s  Task 1: waits 5 s before attempt 2 of 4');
    run.live('a', { kind: 'idle' }).tell({ type: 'task_started', host: 'a', task: taskAt(1), item: undefined });
    run.live('a', { kind: 'changing' }).after(3);
    expect(run.rows()[1]).toBe('  a   3 s  Task 1, attempt 2 of 4');
    run.tell(finished('a', taskAt(1), changed())).live('a', atTask(2));
    expect(run.rows()[1]).toBe('  a        Task 2');
  });

  it('counts the time of a change from when it is made, and not while it waits', () => {
    const run = new Run(['a']).live('a', atTask(1));
    run.tell({ type: 'task_started', host: 'a', task: taskAt(1), item: undefined });
    run.live('a', { kind: 'waiting_for_turn' }).after(60);
    expect(run.rows()[1]).toBe('  a        Task 1: waits for its turn');
    run.live('a', { kind: 'changing' }).after(4);
    expect(run.rows()[1]).toBe('  a   4 s  Task 1');
  });

  it('keeps time and state where the name of the task is too long', () => {
    const run = new Run(['a']).live('a', atTask(1, { name: LONG }), {
      kind: 'pausing',
      milliseconds: 9000,
      prompt: undefined,
    });
    const [, row = ''] = run.after(2).rows({ columns: 60, rows: 5 });
    expect(row).toBe('  a   2 s  A name that says all that there …: pauses for 9 s');
    expect(displayWidth(row)).toBeLessThanOrEqual(60);
  });

  it('hides a secret in what a command prints', () => {
    Secret.of('open-window-4711');
    const run = new Run(['a']).live('a', atTask(1), { kind: 'changing' });
    run.live('a', { kind: 'printing', line: 'the password is open-window-4711' });
    expect(run.rows()[1]).toBe('  a        Task 1: the password is ********');
  });

  it('comes back when a rescue goes on, and not before', () => {
    const failure = { kind: 'failed', problem: { what: 'x' } as never, ignored: false, output: undefined } as const;
    const run = new Run(['a', 'b'])
      .live('a', atTask(1))
      .live('b', atTask(1))
      .tell(finished('a', taskAt(1), failure));
    run.live('a', atTask(1, { item: 'the next one' }));
    expect(run.rows()).toEqual([expect.stringContaining('2 hosts, 1 failed'), '  b        Task 1']);
    run.live('a', atTask(2, { name: 'Rescue' }));
    expect(run.rows()[0]).not.toContain('failed');
    expect(run.rows()).toContain('  a        Rescue');
  });
});

describe('the heading', () => {
  it('has a spinner that turns, and the time of the run', () => {
    const run = new Run();
    expect(run.rows()).toEqual(['⠋ 0 s  starting']);
    expect(run.after(0.1).rows()).toEqual(['⠙ 0 s  starting']);
    expect(run.after(72.2).rows()).toEqual(['⠸ 1 min 12 s  starting']);
  });

  it('tells the task that the slowest host is at, and counts hosts', () => {
    const run = new Run(['a', 'b', 'c', 'd'])
      .live('a', atTask(3))
      .live('b', atTask(2))
      .live('c', { kind: 'connecting' });
    run.tell(finished('a', taskAt(3), changed()));
    expect(run.rows()[0]).toBe('⠋ 0 s  Play: task 2 of 4, 2 of 4 hosts connected, 1 changed');
    run.live('b', atTask(4, { of: 9 })).live('a', { kind: 'left' });
    expect(run.rows()[0]).toBe('⠋ 0 s  Play: task 4 of 9, 2 of 4 hosts connected, 1 changed, 1 done');
  });

  it('counts what has failed, and has no row for it', () => {
    const run = new Run(['a', 'b']);
    run.tell({ type: 'host_unreachable', host: 'a', problem: { what: 'x' } as never, during: undefined });
    expect(run.rows()).toEqual(['⠋ 0 s  Play: 1 of 2 hosts connected, 1 failed', '  b        waits for its turn']);
  });

  it('cuts the name of the play before the numbers', () => {
    const run = new Run()
      .tell(playStarted(['a', 'b'], LONG, 2, 5))
      .live('a', atTask(1))
      .live('b', atTask(1));
    expect(run.rows({ columns: 50, rows: 2 })[0]).toBe('⠋ 0 s  A name …, batch 2 of 5: task 1 of 4, 2 hos…');
  });

  it('knows hosts of an earlier play that are connected', () => {
    const run = new Run(['a', 'b']).tell(
      { type: 'host_connected', host: 'a', address: 'x', transport: 'ssh2', milliseconds: 1 },
      { type: 'play_finished', play: 'Play' },
    );
    expect(run.rows()).toEqual(['⠋ 0 s  Play: done']);
    expect(run.tell(playStarted(['a', 'b'], 'Next')).rows()).toEqual([
      '⠋ 0 s  Next: 1 of 2 hosts connected',
      '  a        connected',
      '  b        waits for its turn',
    ]);
  });
});

/** Makes hosts of which the first `busy` ones are active, each a second longer than the next one. */
function crowd(hosts: number, busy: number, waiting = 0): Run {
  const names = Array.from({ length: hosts }, (_, index) => `h${index}`);
  const run = new Run(names);
  for (const [index, name] of names.entries()) {
    run.live(name, atTask(1));
    if (index < busy) run.live(name, { kind: 'changing' }).after(1);
    else if (index < busy + waiting) run.live(name, { kind: 'waiting_for_turn' });
  }
  return run;
}

describe('rows of many hosts', () => {
  it('are of the busy ones, the longest first, and count the others', () => {
    expect(crowd(200, 3, 150).rows({ columns: 60, rows: 4 })).toEqual([
      '⠋ 3 s  Play: task 1 of 4, 200 hosts',
      '  h0   3 s  Task 1',
      '  h1   2 s  Task 1',
      '  and 1 more, 150 wait for their turn, 47 wait for other ho…',
    ]);
  });

  it('have one for each host as long as there is room', () => {
    expect(crowd(11, 1).rows()).toHaveLength(12);
    expect(crowd(12, 1).rows()).toEqual([expect.any(String), '  h0   1 s  Task 1', '  and 11 wait for other hosts']);
  });

  it('cost as much with a thousand hosts as with fifty', () => {
    const cost = (hosts: number): number => {
      const run = crowd(hosts, hosts);
      run.painted = 0;
      run.rows({ columns: 80, rows: 21 });
      return run.painted;
    };
    expect(cost(1000)).toBe(cost(50));
  });

  const windows = [
    { columns: 79, rows: 21 },
    { columns: 119, rows: 30 },
    { columns: 199, rows: 30 },
    { columns: 49, rows: 17 },
    { columns: 10, rows: 2 },
  ];
  const names = [
    'web-1',
    '日本語の長い名前のホスト.example.com',
    `x${'y'.repeat(90)}`,
    'a\u001b[2Jb\nc',
    '👩‍👩‍👧‍👦-family',
    '',
  ];
  it.each(windows)('fit into $columns columns and $rows rows, whatever they hold', (room) => {
    for (const hosts of [names, [...names, ...Array.from({ length: 200 }, (_, index) => `h${index}`)]]) {
      const run = new Run(hosts);
      for (const name of hosts) run.live(name, atTask(1, { name: `${LONG} 日本語 ${name}` }), { kind: 'changing' });
      run.live('web-1', { kind: 'printing', line: 'ばか'.repeat(90) }).after(4000);
      const rows = run.rows(room);
      expect(rows.length).toBeLessThanOrEqual(room.rows);
      for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(room.columns);
      // oxlint-disable-next-line no-control-regex
      expect(rows.join('')).not.toMatch(/[\u0000-\u001F]/);
    }
  });
});
