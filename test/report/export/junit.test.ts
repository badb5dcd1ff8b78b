import { execFileSync } from 'node:child_process';
import { sample, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { problemsJunit, runJunit } from '../../../engine/report/export/junit.ts';
import { lintJUnit } from '../../../engine/report/lint/lint-ci.ts';
import { entryOfProblem } from '../../../engine/report/lint/lint-entry.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { finished, taskAt } from '../sink.ts';
import { EVERY_OUTCOME, failure, HOSTS, recordOf } from './runs.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly of: string;
  readonly line: string | null;
  readonly result: string | null;
  readonly text: string | null;
}

const READER = `
import json, sys
from xml.etree import ElementTree as tree
root = tree.fromstringlist([sys.stdin.buffer.read()])
cases = [dict(suite=suite.get('name'), name=case.get('name'), of=case.get('classname'), line=case.get('line'),
  result=next((child.tag for child in case), None), text=next((child.text or child.get('message') for child in case), None))
  for suite in root for case in suite]
print(json.dumps(dict(counts={key: root.get(key) for key in ('tests', 'failures', 'errors', 'skipped')}, cases=cases)))
`;

/** Reads the XML with a strict parser. */
function read(xml: string): { readonly counts: Readonly<Record<string, string>>; readonly cases: readonly Case[] } {
  return JSON.parse(execFileSync('python3', ['-c', READER], { input: xml, encoding: 'utf8', maxBuffer: 2 ** 28 }));
}

describe('a run as JUnit', () => {
  const { counts, cases } = read(runJunit(recordOf(HOSTS, EVERY_OUTCOME)));

  test('has a test for each task and host, and counts them', () => {
    expect(counts).toEqual({ tests: '6', failures: '1', errors: '1', skipped: '1' });
    expect(cases.map(({ of, result }) => [of, result])).toEqual([
      ['a', null],
      ['b', 'system-out'],
      ['c', 'skipped'],
      ['d', 'failure'],
      ['e', 'system-out'],
      ['f', 'error'],
    ]);
  });

  test('tells why a task failed, where, and what it printed', () => {
    expect(cases.find(({ of }) => of === 'd')).toMatchObject({
      suite: 'Play',
      name: 'Task 1',
      line: '1',
      text: 'it broke\nwhy: the reason\nhelp: mend it\nexit status: 3\nstdout:\nout\nstderr:\nerr',
    });
  });
});

test('what a block rescued has not failed', () => {
  const event = finished('a', taskAt(1), failure('it broke'));
  const record = recordOf(['a'], [event]);
  const rescued = { ...record, results: record.results.map((one) => ({ ...one, status: 'rescued' as const })) };
  expect(read(runJunit(rescued)).counts).toMatchObject({ failures: '0', errors: '0' });
});

test.each([
  ['was stopped', { stopped: 'interrupted' }, 'interrupted'],
  ['never came to its end', { hasEnded: false }, 'The run never came to its end'],
])('a run that %s has an error of its own', (_, how, text) => {
  const { counts, cases } = read(runJunit(recordOf(['a'], [finished('a', taskAt(1), { kind: 'ok' })], how)));
  expect(counts).toMatchObject({ errors: '1' });
  expect(cases.at(-1)).toMatchObject({ result: 'error', text });
});

test('mistakes before a run are errors with their places', () => {
  const place = { file: 'site.yml', line: 3, column: 5 };
  const problem = new Problem({ code: 'unknown-module', what: 'no module "cpoy"', place, remedy: 'copy' });
  const { counts, cases } = read(problemsJunit('site.yml', [problem], new Date(0)));
  expect(counts).toMatchObject({ tests: '1', errors: '1' });
  expect(cases).toMatchObject([{ line: '3', result: 'error' }]);
});

test('secrets are masked', () => {
  const secret = Secret.of('correct horse battery');
  const event = finished('a', taskAt(1, `Log in with ${secret.reveal()}`), failure(`${secret.reveal()} is wrong`));
  const xml = runJunit(recordOf(['a'], [event]));
  expect(xml).not.toContain('correct horse');
  expect(xml).toContain('********');
});

const HARD = ['\uD800', 'a\uDC00b', '\uFFFE\uFFFF', '\u0000\u0001\u001b[31m', ']]>', '<!--', '&#0;', '\u0085\u2028'];

test('any text gives well-formed XML 1.0', () => {
  const texts = sample(string({ unit: 'binary', maxLength: 60 }), { numRuns: 400, seed: 4711 });
  const events = [...texts, ...HARD].map((text, line) =>
    finished(`h${text}`, taskAt(line + 1, text), failure(text, { output: { status: 1, stdout: text, stderr: text } })),
  );
  expect(read(runJunit(recordOf(['a'], events))).cases).toHaveLength(events.length);
});

test('so does any text in what lint has found', () => {
  const entries = HARD.map((text) =>
    entryOfProblem(new Problem({ code: 'unknown-module', what: text, place: { file: text, line: 1, column: 1 } })),
  );
  expect(read(lintJUnit({ files: ['site.yml'], entries, isStrict: false })).cases).toHaveLength(HARD.length + 1);
});
