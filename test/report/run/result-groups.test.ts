import { expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { plain } from '../../../engine/report/run/plain.ts';
import type { Renderer } from '../../../engine/report/run/renderer.ts';
import { openOutput } from '../../../engine/report/text/output.ts';
import type { RunEvent, TaskFinished } from '../../../engine/run/base/events.ts';
import { changed, ended, finished, playStarted, Sink, taskAt } from '../sink.ts';

const hosts = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `web-${index + 1}`);

interface More {
  readonly diff?: boolean;
  readonly verbosity?: number;
}

function told(events: readonly RunEvent[], more: More = {}): readonly string[] {
  return rendered(events, more).sink.lines().slice(2);
}

function rendered(events: readonly RunEvent[], more: More): { readonly sink: Sink; readonly renderer: Renderer } {
  const sink = new Sink();
  const renderer = plain(openOutput(sink), {
    diff: false,
    verbosity: 0,
    isResumable: true,
    paint: (_, text) => text,
    read: () => undefined,
    ...more,
  });
  for (const event of events) renderer.show(event, new Date(0));
  return { sink, renderer };
}

const failed = (host: string, stderr: string): TaskFinished =>
  finished(host, taskAt(2), {
    kind: 'failed',
    problem: new Problem({ code: 'task-failed', what: 'the command ended with exit status 1' }),
    ignored: false,
    output: { status: 1, stdout: '', stderr },
  });

test('what changed on many hosts is one line, told when another task begins', () => {
  const all = hosts(200);
  const changes = all.map((host, index) => finished(host, taskAt(1), changed(), { milliseconds: 400 + 10 * index }));
  const second = { type: 'task_started', host: 'web-1', task: taskAt(2), item: undefined } as const;
  expect(told([playStarted(all), ...changes])).toEqual(['']);
  expect(told([playStarted(all), ...changes, second])).toEqual([
    'changed: [all 200 hosts] Task 1 (0.4 s to 2.4 s)',
    '',
  ]);
});

test('what was put off is not lost with a run that breaks off', async () => {
  const { sink, renderer } = rendered([playStarted(hosts(11)), finished('web-1', taskAt(1), changed())], {});
  await renderer.finish();
  expect(sink.lines()).toContain('changed: [web-1] Task 1');
});

test('hosts that come to something else have a line of their own', () => {
  const all = hosts(30);
  const events = all.map((host, index) =>
    index % 10 === 0 ? failed(host, `no room in /srv/${host}`) : finished(host, taskAt(2), changed()),
  );
  expect(told([playStarted(all), ...events, ended()]).slice(0, 3)).toEqual([
    'failed: [web-1, web-11, web-21] Task 2: the command ended with exit status 1',
    '    no room in /srv/⟨host⟩',
    'changed: [web-2, web-3, web-4, web-5, web-6, web-7 and 21 more] Task 2',
  ]);
});

test('what is said in between stands behind what it followed', () => {
  const all = hosts(11);
  const message = { type: 'message', host: 'web-1', task: taskAt(2), text: 'hello' } as const;
  expect(told([playStarted(all), finished('web-1', taskAt(1), changed()), message]).slice(0, 2)).toEqual([
    'changed: [web-1] Task 1',
    'message: [web-1] Task 2',
  ]);
});

test.each<readonly [string, number, { readonly diff?: boolean; readonly verbosity?: number }]>([
  ['few hosts', 10, {}],
  ['differences', 11, { diff: true }],
  ['more detail', 11, { verbosity: 1 }],
])('with %s each host has its lines at once', (_, count, more) => {
  const lines = told([playStarted(hosts(count)), finished('web-1', taskAt(1), changed())], more);
  expect(lines[0]).toBe('changed: [web-1] Task 1');
});
