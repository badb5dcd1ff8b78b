import { describe, expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import {
  failureLines,
  groupedFailureLines,
  shortFailureLines,
  unreachableLines,
} from '../../../engine/report/text/failure.ts';
import type { TaskFinished } from '../../../engine/run/base/events.ts';
import { finished, taskAt } from '../sink.ts';

const paint = (_: string, text: string): string => text;
const options = { paint, read: () => undefined, verbosity: 0 };

interface Given {
  readonly host?: string;
  readonly why?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly ignored?: boolean;
}

function failed({ host = 'a', why, stdout = '', stderr = '', ignored = false }: Given): TaskFinished {
  const problem = new Problem({ code: 'task-failed', what: 'the command ended with exit status 1', why });
  return finished(host, taskAt(3, 'Task'), { kind: 'failed', problem, ignored, output: { status: 1, stdout, stderr } });
}

test('what came on stderr is not told as the reason too', () => {
  const lines = failureLines(failed({ why: 'bad thing', stderr: 'first\nbad thing\n' }), options);
  expect(lines.filter((line) => line.includes('bad thing'))).toEqual(['      bad thing']);
});

test('a reason of its own is told', () => {
  expect(failureLines(failed({ why: 'rc is 1', stderr: 'bad thing' }), options)).toContain('      why: rc is 1');
});

test('a long output is cut in the middle, and whole with -v', () => {
  const stdout = Array.from({ length: 300 }, (_, index) => `${index + 1}`).join('\n');
  const cut = failureLines(failed({ stdout }), options);
  expect(cut).toContain('      … 260 lines are left out here; -v shows them');
  expect(cut).toContain('      10');
  expect(cut).toContain('      271');
  expect(cut).toContain('      300');
  expect(failureLines(failed({ stdout }), { ...options, verbosity: 1 })).toHaveLength(cut.length + 259);
});

describe('in short', () => {
  test.each<readonly [string, Given, readonly string[]]>([
    ['a failure has one line of its reason', { why: 'one\ntwo' }, ['    two']],
    ['it is what came on stderr where nothing else is known', { stderr: 'E: none\n' }, ['    E: none']],
    ['there may be none', {}, []],
  ])('%s', (_, given, reason) => {
    expect(shortFailureLines(failed(given), paint)).toEqual([
      'failed: [a] Task: the command ended with exit status 1',
      ...reason,
    ]);
  });
});

test.each([
  ['stopped', 'interrupted: [a] during Task'],
  ['refused', 'unreachable: [a] during Task'],
])('a session that ended with the code %s is told as %s', (code, title) => {
  const problem = new Problem({ code, what: 'a: gone' });
  expect(
    unreachableLines({ type: 'host_unreachable', host: 'a', problem, during: taskAt(3, 'Task') }, options),
  ).toEqual([title, '    error: a: gone']);
});

describe('at the end', () => {
  test('the same failure on many hosts is told once', () => {
    const events = Array.from({ length: 100 }, (_, index) => failed({ host: `web-${index}`, stderr: 'disk full' }));
    const titles = groupedFailureLines(events, options).filter((line) => line.startsWith('failed: '));
    expect(titles).toEqual(['failed: [web-0, web-1, web-2, web-3, web-4, web-5 and 94 more] Task']);
  });

  test('also where it differs by the name of the host alone', () => {
    const lines = groupedFailureLines(
      ['web-1', 'web-2'].map((host) => failed({ host, stderr: `no file /srv/${host}/x` })),
      options,
    );
    expect(lines).toContain('failed: [web-1, web-2] Task');
    expect(lines).toContain('      no file /srv/⟨host⟩/x');
    expect(lines).toContain('⟨host⟩ is the name of each host.');
  });

  test('what differs is told of each', () => {
    const lines = groupedFailureLines(
      [failed({ host: 'a', stderr: 'x' }), failed({ host: 'b', stderr: 'y' })],
      options,
    );
    expect(lines.filter((line) => line.startsWith('failed: '))).toHaveLength(2);
  });
});
