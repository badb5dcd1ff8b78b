import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { paintFor } from '../../../engine/report/text/paint.ts';
import { printProblems } from '../../../engine/report/text/problems.ts';
import { displayWidth } from '../../../engine/report/text/width.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { Sink } from '../sink.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-problems-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('a problem says what, where with the lines, why and what to do', async () => {
  const file = join(directory, 'site.yml');
  writeFileSync(file, '- name: x\n  hots: all\n');
  const sink = new Sink();
  printProblems(
    [
      new Problem({
        code: 'a',
        what: 'There is no keyword "hots"',
        place: { file, line: 2, column: 3, length: 4 },
        why: 'A play has:\nhosts, tasks',
        remedy: 'Write hosts.',
      }),
      new Problem({ code: 'b', what: 'Second' }),
    ],
    sink,
  );
  expect(sink.text).toBe(`error: There is no keyword "hots"
  --> ${file}:2:3
  1 | - name: x
  2 |   hots: all
    |   ^^^^
  why: A play has:
       hosts, tasks
  help: Write hosts.

error: Second
`);
});

it('a secret in the lines themselves is masked, and a file that is gone has no lines', () => {
  Secret.of('hunter2222');
  const file = join(directory, 'vars.yml');
  writeFileSync(file, 'password: hunter2222\n');
  const sink = new Sink();
  printProblems(
    [
      new Problem({ code: 'a', what: 'x', place: { file, line: 1, column: 1 } }),
      new Problem({ code: 'a', what: 'y', place: { file: join(directory, 'gone'), line: 1, column: 1 } }),
    ],
    sink,
  );
  expect(sink.text).toContain('1 | password: ********');
  expect(sink.text).toContain('gone:1:1');
});

const colors: readonly (readonly [string, NodeJS.ProcessEnv, boolean])[] = [
  ['no terminal', {}, false],
  ['FORCE_COLOR', { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
  ['NO_COLOR', { NO_COLOR: '1' }, false],
];
it.each(colors)('colors with %s', (_, environment, colored) => {
  expect(paintFor(new Sink(), environment)('red', 'x') !== 'x').toBe(colored);
});

const widths: readonly (readonly [string, number])[] = [
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['👍🏽', 2],
  ['👨‍👩‍👧', 2],
];
it.each(widths)('%s takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});
