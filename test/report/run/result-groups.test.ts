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

const DONE = 'changed: [all 200 hosts] Task 1 (0.4 s to 2.4 s)';

test('what changed on many hosts is one line, told when the last host has come so far', () => {
  const all = hosts(200);
  const changes = all.map((host, index) => finished(host, taskAt(1), changed(), { milliseconds: 400 + 10 * index }));
  expect(told([playStarted(all), ...changes.slice(1)])).toEqual(['']);
  expect(told([playStarted(all), ...changes])).toEqual([DONE, '']);
});

test('hosts that are ahead break no line into pieces', () => {
  const all = hosts(200);
  const at = (line: number): readonly TaskFinished[] =>
    all.map((host, index) => finished(host, taskAt(line), changed(), { milliseconds: 400 + 10 * index }));
  const inTurns = at(1).flatMap((one, index) => [one, ...at(2).slice(index, index + 1)]);
  expect(told([playStarted(all), ...inTurns])).toEqual([DONE, DONE.replace('Task 1', 'Task 2'), '']);
});

test('a task that some hosts leave out waits for nobody who is past it, nor for who has failed', () => {
  const all = hosts(12);
  const [first = '', second = '', ...others] = all;
  const events = [
    failed(first, 'no room'),
    finished(second, taskAt(3), { kind: 'ok' }),
    ...others.map((host) => finished(host, taskAt(2), changed())),
  ];
  expect(told([playStarted(all), ...events]).slice(0, 3)).toEqual([
    'failed: [web-1] Task 2: the command ended with exit status 1',
    '    no room',
    'changed: [web-3, web-4, web-5, web-6, web-7, web-8 and 4 more] Task 2',
  ]);
});

test('a handler that runs twice is told twice', () => {
  const all = hosts(12);
  const handler = { ...taskAt(9), handler: true };
  const round = (line: number): readonly TaskFinished[] => [
    ...all.map((host) => finished(host, taskAt(line), changed())),
    ...all.map((host) => finished(host, handler, changed())),
  ];
  expect(told([playStarted(all), ...round(1), ...round(2)])).toEqual([
    'changed: [all 12 hosts] Task 1',
    'changed: [all 12 hosts] handler Task 9',
    'changed: [all 12 hosts] Task 2',
    'changed: [all 12 hosts] handler Task 9',
    '',
  ]);
});

test('the items of a loop are told when all hosts are past it', () => {
  const all = hosts(12);
  const items = all.flatMap((host) => ['a', 'b'].map((item) => finished(host, taskAt(1), changed(), { item })));
  const after = all.map((host) => finished(host, taskAt(2), { kind: 'ok' }));
  expect(told([playStarted(all), ...items])).toEqual(['']);
  expect(told([playStarted(all), ...items, ...after])).toEqual([
    'changed: [all 12 hosts] Task 1 (a)',
    'changed: [all 12 hosts] Task 1 (b)',
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
