import { expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { parseLine } from '../../../engine/report/journal/journal-line.ts';
import { replayed, replayedRecap } from '../../../engine/report/journal/replay.ts';
import { eventJson } from '../../../engine/report/run/event-json.ts';
import type { HostRecap, RunEvent, TaskFinished } from '../../../engine/run/base/events.ts';

const AT = new Date('2026-11-30T01:02:03.004Z');
const place = { file: 'site.yml', line: 4, column: 7 };
const task = { id: 'site.yml:4:7', name: 'Mark', module: 'copy', role: 'web', handler: false };
const problem = new Problem({ code: 'command-failed', what: 'it failed', place, why: 'no', remedy: 'Look.' });
const finished = (outcome: TaskFinished['outcome'], more: Partial<TaskFinished> = {}): TaskFinished => ({
  type: 'task_finished',
  host: 'a',
  delegatedTo: undefined,
  task,
  item: undefined,
  outcome,
  result: { changed: true, list: [1, 'x', null, { deep: false }] },
  milliseconds: 12,
  ...more,
});

const EVENTS: readonly RunEvent[] = [
  {
    type: 'run_started',
    runId: '20261130T010203-abcdef',
    mode: 'plan',
    playbook: 'site.yml',
    inventory: ['prod.yml'],
    at: AT,
    hosts: ['a', 'b'],
    partial: ['--slice 1/2'],
    slice: { index: 1, of: 2, by: 'site', run: 'night', hosts: 5 },
  },
  { type: 'files_read', files: { '/site.yml': 'ab12' } },
  { type: 'play_started', play: 'Web', place: 'site.yml:1:3', hosts: ['a'], batch: 1, batches: 1 },
  { type: 'task_started', host: 'a', task, item: 'one' },
  finished({ kind: 'ok' }, { delegatedTo: 'b', item: 'one' }),
  finished({ kind: 'skipped', why: 'when is false' }, { hidden: true }),
  finished({ kind: 'unknown', because: 'task "Mark"' }, { result: undefined }),
  finished({
    kind: 'changed',
    certainty: 'after_change',
    doubt: 'task "Mark"',
    notifies: ['Restart'],
    differences: [
      { kind: 'text', path: '/etc/a', before: undefined, after: 'text\n' },
      { kind: 'text', path: '/etc/b', before: { size: 3, sha256: 'ab' }, after: undefined },
      { kind: 'field', of: '/etc/a', field: 'mode', before: '0644', after: '0600' },
      { kind: 'command', text: 'true' },
    ],
  }),
  finished({ kind: 'failed', problem, ignored: true, output: { status: 2, stdout: 'out', stderr: 'err' } }),
  { type: 'host_unreachable', host: 'b', problem, during: { ...task, within: 'Restart', throttle: 2 } },
  { type: 'message', host: 'a', task, text: { list: ['x'] } },
  { type: 'handler_owed', host: 'a', handler: 'Restart', playbook: 'site.yml' },
];

function read(text: string): NonNullable<ReturnType<typeof parseLine>> {
  const line = parseLine(text);
  if (line === undefined) throw new Error(`it cannot be read: ${text}`);
  return line;
}

test.each(EVENTS.map((event) => [event.type, event] as const))(
  '%s %# is the same when it is read again',
  (_, event) => {
    const text = eventJson(event, AT);
    const again = replayed(read(text));
    expect(again === undefined ? undefined : JSON.parse(eventJson(again, AT))).toEqual(JSON.parse(text));
  },
);

test('the counts at the end of a run are the same when they are read again', () => {
  const recap: readonly HostRecap[] = [
    {
      host: 'a',
      ok: 1,
      changed: 2,
      unknown: 3,
      skipped: 4,
      failed: 5,
      ignored: 6,
      rescued: 7,
      unreachable: true,
      interrupted: true,
      owed: [{ playbook: 'site.yml', play: 'Web', handler: 'Restart' }],
      roundTrips: 8,
    },
  ];
  const line = read(eventJson({ type: 'run_finished', recap, stopped: 'why', milliseconds: 9 }, AT));
  expect(line.type === 'run_finished' ? replayedRecap(line) : undefined).toEqual(recap);
});
