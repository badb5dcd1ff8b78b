import { describe, expect, test } from 'vitest';
import { driftJson, driftJunit, driftMarkdown } from '../../../engine/report/drift/drift-formats.ts';
import { driftLines } from '../../../engine/report/drift/drift-text.ts';
import { type Drift, DriftRecorder } from '../../../engine/report/drift/drift.ts';
import type { RunEvent, TaskOutcome } from '../../../engine/run/base/events.ts';
import { failure, unreachable } from '../export/runs.ts';
import { ended, finished, playStarted, started, taskAt } from '../sink.ts';

type Certainty = Extract<TaskOutcome, { kind: 'changed' }>['certainty'];

function change(certainty: Certainty = 'certain'): TaskOutcome {
  const field = { kind: 'field' as const, of: '/etc/x', field: 'mode', before: '0644', after: '0600' };
  const command = { kind: 'command' as const, text: 'migrate' };
  return { kind: 'changed', certainty, notifies: [], differences: certainty === 'opaque' ? [command] : [field] };
}

function driftOf(hosts: readonly string[], events: readonly RunEvent[]): Drift {
  const recorder = new DriftRecorder();
  const end = { ...ended(), milliseconds: 123_000 };
  for (const event of [started('plan', hosts), playStarted(hosts), ...events, end as RunEvent]) recorder.note(event);
  const drift = recorder.drift();
  if (drift === undefined) throw new Error('there is no drift');
  return drift;
}

const HOSTS = ['a', 'b', 'c', 'd', 'e', 'f'];
const DRIFT = driftOf(HOSTS, [
  finished('a', taskAt(1), { kind: 'ok' }),
  finished('b', taskAt(1), change()),
  finished('b', taskAt(2), change('after_change')),
  finished('c', taskAt(2), { kind: 'unknown', because: 'Task 1 decides' }),
  finished('d', taskAt(3), change('opaque')),
  finished('e', taskAt(1), failure('no room on e')),
  unreachable('f'),
]);
const plainly = (_: string, text: string): string => text;

test('a host has drifted by what is certain; the rest is told apart', () => {
  expect(Object.fromEntries(DRIFT.hosts)).toEqual({
    a: 'in sync',
    b: 'drifted',
    c: 'unknown',
    d: 'in sync',
    e: 'failed',
    f: 'unreachable',
  });
});

test('as text: by task, by host, what is not known, who was not looked at, what next', () => {
  expect(driftLines(DRIFT, { paint: plainly, verbosity: 0 })).toEqual([
    'site.yml on 6 hosts in 2 min 3 s: 1 unreachable, 1 failed, 1 drifted, 1 unknown, 2 in sync',
    '',
    'Drift by task',
    '  ~ Task 1  tasks.yml:1  [b]',
    '',
    'Drift by host',
    '  b: ~ Task 1',
    '',
    'Not known',
    '  ? Task 2  [b]: an earlier change decides',
    '  ? Task 2  [c]: Task 1 decides',
    '  ! Task 3  [d]: it always runs, and counts as no drift',
    '',
    'Not looked at',
    '  e: Task 1: no room on e',
    '  f: f: port 22 refuses connections',
    '',
    'Next: runbook plan with the same options and -l b shows it.',
  ]);
});

describe('three thousand hosts', () => {
  const hosts = Array.from({ length: 3000 }, (_, index) => `web-${String(index).padStart(4, '0')}.eu.prod.example.com`);
  const events = hosts.flatMap((host, index) => {
    if (index % 50 === 49) return [unreachable(host)];
    return Array.from({ length: 30 }, (_, task) =>
      finished(host, taskAt(task + 1), index % (task + 2) === 0 ? change() : { kind: 'ok' }),
    );
  });
  const drift = driftOf(hosts, events);

  test('fit a screen, and nothing is longer than a line', () => {
    const lines = driftLines(drift, { paint: plainly, verbosity: 0 });
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 300)).toEqual([]);
    expect(lines).toContain('  … and 22 more; -v shows all');
    expect(lines).toContain(
      '  60 hosts: web-0049.eu.prod.example.com, web-0099.eu.prod.example.com, …: ⟨host⟩: port 22 refuses connections',
    );
  });

  test('all of it is there with -v, and as JSON', () => {
    expect(
      driftLines(drift, { paint: plainly, verbosity: 1 }).filter((line) => line.includes('tasks.yml')),
    ).toHaveLength(30);
    const json = JSON.parse(driftJson(drift));
    expect(json.counts).toEqual({ unreachable: 60, drifted: expect.any(Number), 'in sync': expect.any(Number) });
    expect(Object.keys(json.hosts)).toHaveLength(3000);
  });

  test('fit a comment', () => {
    expect(driftMarkdown(drift, () => undefined).length).toBeLessThanOrEqual(65_536);
  });
});

test('as Markdown', () => {
  expect(
    driftMarkdown(DRIFT, (place) => `https://forge/${place.replace(':', '#L')}`)
      .split('\n')
      .slice(0, 9),
  ).toEqual([
    '### ⚠️ Drift of site.yml on 6 hosts in 2 min 3 s: 1 unreachable, 1 failed, 1 drifted, 1 unknown, 2 in sync',
    '',
    '#### By task',
    '',
    '- `~` <b>Task 1</b> on b <a href="https&#58;//forge/tasks.yml&#35;L1"><code>tasks.yml:1</code></a>',
    '',
    '#### By host',
    '',
    '- <b>b</b>: `~` Task 1',
  ]);
});

test('as JUnit: a test per host', () => {
  const xml = driftJunit(DRIFT);
  expect(xml).toContain('tests="6" failures="1" errors="2" skipped="1"');
  expect(xml).toContain('name="b" time="0.000"><failure message="drifted by 1 task" type="drift">');
});

test('names from elsewhere do nothing', () => {
  const text = '<b>@all`\u001b[31m\n::error::';
  const drift = driftOf([text], [finished(text, taskAt(1, text), change())]);
  expect(driftLines(drift, { paint: plainly, verbosity: 0 }).join('')).not.toMatch(/\n/);
  expect(driftMarkdown(drift, () => undefined)).not.toMatch(/@|<b><b>/);
});
