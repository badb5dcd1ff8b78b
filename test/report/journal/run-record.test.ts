import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRecord } from '../../../engine/report/journal/read-record.ts';
import { latestRun, readRun } from '../../../engine/report/journal/run-history.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-record-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(id: string, lines: readonly object[], rest = ''): void {
  mkdirSync(join(folder, id), { recursive: true });
  writeFileSync(join(folder, id, 'journal.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join('') + rest, {
    mode: 0o600,
  });
}

const task = { id: 'site.yml:4:7', name: 'Configuration', module: 'copy', handler: false, role: 'web' };
/** A journal of the first version: only the time of the beginning, and lines that are not used any more. */
const OLD = [
  { type: 'command', arguments: ['play', 'site.yml'] },
  {
    type: 'run_started',
    runId: 'old',
    mode: 'play',
    playbook: 'site.yml',
    inventory: [],
    at: '2026-01-02T03:04:05.000Z',
    hosts: ['a', 'b'],
    partial: [],
  },
  { type: 'of_another_version' },
  { type: 'play_started', play: 'Web', place: 'site.yml:1:3', hosts: ['a', 'b'], batch: 1, batches: 1 },
  {
    type: 'task_finished',
    host: 'a',
    task,
    milliseconds: 12.345,
    outcome: { kind: 'changed', certainty: 'certain', notifies: [], differences: [{ kind: 'command', text: 'x' }] },
    result: { changed: true, rc: 0, stdout: 'out', stderr: '' },
  },
  {
    type: 'host_unreachable',
    host: 'b',
    problem: { code: 'connection-refused', what: 'b: refused', place: undefined },
  },
];
const END = {
  type: 'run_finished',
  recap: [
    { host: 'a', failed: 0, unreachable: false, owed: ['Restart'] },
    { host: 'b', failed: 0, unreachable: true, owed: [] },
  ],
  milliseconds: 1500,
};

test('journals without times are read', () => {
  write('old', [...OLD, END]);
  const record = readRecord(folder, readRun(folder, 'old'));
  expect(record).toMatchObject({
    id: 'old',
    outcome: 'unreachable',
    milliseconds: 1500,
    owing: ['a'],
    results: [
      {
        host: 'a',
        status: 'changed',
        ended: undefined,
        milliseconds: 12.345,
        task: { title: 'web : Configuration', place: 'site.yml:4:7', play: { name: 'Web' } },
        differences: [{ kind: 'command', text: 'x' }],
        output: { status: 0, stdout: 'out', stderr: '' },
      },
      { host: 'b', status: 'unreachable', task: { title: 'Connecting' } },
    ],
  });
});

test('a run that was killed amid a line has what came before, and no end', () => {
  write('killed', OLD, '{"type":"task_fin');
  const record = readRecord(folder, readRun(folder, 'killed'));
  expect(record).toMatchObject({ outcome: undefined, milliseconds: undefined });
  expect(record?.results).toHaveLength(2);
});

test('times are read, and the last run is found', () => {
  const later = OLD.map((line) =>
    line.type === 'run_started'
      ? { ...line, runId: 'new', at: '2026-02-02T03:04:05.000Z' }
      : { ...line, at: '2026-02-02T03:04:06.250Z' },
  );
  write('new', [...later, { ...END, rescued: [] }]);
  const run = latestRun(folder);
  expect(run.id).toBe('new');
  expect(readRecord(folder, run)?.results[0]?.ended).toBe(Date.parse('2026-02-02T03:04:06.250Z'));
});

test('failures that a block rescued are marked as such', () => {
  const failed = (item: string): object => ({
    type: 'task_finished',
    host: 'a',
    task,
    item,
    outcome: { kind: 'failed', ignored: false, problem: { what: 'it broke' } },
  });
  const rescued = [{ host: 'a', task: task.id, item: 'one' }];
  write('rescued', [...OLD.slice(0, 4), failed('one'), failed('two'), { ...END, rescued }]);
  expect(readRecord(folder, readRun(folder, 'rescued'))?.results.map(({ status }) => status)).toEqual([
    'rescued',
    'failed',
  ]);
});
