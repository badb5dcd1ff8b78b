import { describe, expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { problemAnnotations, runAnnotations } from '../../../engine/report/export/annotations.ts';
import { finished, taskAt } from '../sink.ts';
import { EVERY_OUTCOME, failure, HOSTS, recordOf } from './runs.ts';

const path = (file: string): string => `ops/${file}`;

function annotation(level: string, properties: string, lines: readonly string[]): string {
  return `::${level} ${properties}::${lines.join('%0A')}`;
}

test('what failed is an error at its line, what was ignored a warning', () => {
  expect(runAnnotations(recordOf(HOSTS, EVERY_OUTCOME), path).split('\n')).toEqual([
    annotation('error', 'file=ops/tasks.yml,line=1,col=3,title=Task 1%3A failed on d', [
      'it broke',
      'why: the reason',
      'help: mend it',
      'exit status: 3',
      'stdout:',
      'out',
      'stderr:',
      'err',
    ]),
    annotation('error', 'title=Connecting%3A unreachable on f', ['f: port 22 refuses connections']),
    annotation('warning', 'file=ops/tasks.yml,line=2,col=3,title=Task 2%3A ignored on e', [
      'it broke',
      'why: the reason',
      'help: mend it',
    ]),
    '',
  ]);
});

test('the same failure on many hosts is told once, but for their own names', () => {
  const hosts = Array.from({ length: 300 }, (_, index) => `web-${index}`);
  const events = hosts.map((host) => finished(host, taskAt(1), failure(`no room on ${host}`)));
  const lines = runAnnotations(recordOf(hosts, events), path).trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('and 294 more::no room on ⟨host⟩');
});

test('a run without failures has none', () => {
  expect(runAnnotations(recordOf(['a'], [finished('a', taskAt(1), { kind: 'ok' })]), path)).toBe('');
});

test('a run that ended early is an error', () => {
  expect(runAnnotations(recordOf(['a'], [], { stopped: 'interrupted' }), path)).toBe(
    '::error title=The run ended early::interrupted\n',
  );
});

test('there are never more than GitHub shows', () => {
  const events = Array.from({ length: 30 }, (_, line) => finished('a', taskAt(line + 1), failure(`fault ${line}`)));
  const lines = runAnnotations(recordOf(['a'], events), path)
    .trim()
    .split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe('::error::… and 21 more: see the output of the run');
});

test('mistakes before a run are errors at their places', () => {
  const place = { file: 'site.yml', line: 3, column: 5 };
  const problem = new Problem({
    code: 'unknown-module',
    what: 'no module "cpoy"',
    place,
    remedy: 'Did you mean copy?',
  });
  expect(problemAnnotations([problem], path)).toBe(
    '::error file=ops/site.yml,line=3,col=5,title=no module "cpoy"::help: Did you mean copy?\n',
  );
});

describe('no text begins another command', () => {
  test.each([
    'a\n::error::b',
    'a\r\n::add-mask::b',
    'a%0A::error::b',
    'x,line=9::y',
    '\u001b]0;t\u0007',
    '\u2028::error::',
  ])('%j', (text) => {
    const event = finished('a', taskAt(1, text), failure(text, { output: { status: 1, stdout: text, stderr: text } }));
    const written = runAnnotations(recordOf(['a'], [event]), path);
    expect(written.match(/\n/g)).toHaveLength(1);
    expect(['\r', '\u001b', '\u2028'].filter((one) => written.includes(one))).toEqual([]);
    const [, properties = ''] = /^::error (.*?)::/.exec(written) ?? [];
    expect(properties.split(',').map((one) => one.split('=')[0])).toEqual(['file', 'line', 'col', 'title']);
  });
});
