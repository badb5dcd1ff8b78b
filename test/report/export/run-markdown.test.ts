import { describe, expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { problemsMarkdown, runMarkdown } from '../../../engine/report/export/run-markdown.ts';
import { changed, finished, taskAt } from '../sink.ts';
import { EVERY_OUTCOME, failure, HOSTS, recordOf } from './runs.ts';

const link = (place: string): string => `https://forge/x/blob/abc/${place.replace(':', '#L')}`;

test('a run: the sentence, what failed, what was changed, what the play took care of', () => {
  expect(runMarkdown(recordOf(HOSTS, EVERY_OUTCOME), { link: () => undefined }))
    .toBe(`### ❌ site.yml on 6 hosts in 2 min 14 s: 3 in sync, 1 changed, 1 failed, 1 unreachable

run \`run-1\`, begun 1970-01-01T00:00:00.000Z

#### Failures

<details><summary>❌ <b>Task 1</b> on d: it broke <code>tasks.yml:1</code></summary>

\`\`\`text
why: the reason
help: mend it
exit status: 3
stdout:
out
stderr:
err
\`\`\`
</details>
- ❌ <b>Connecting</b> on f: f: port 22 refuses connections

#### Changed

- 🟡 <b>Task 1</b> on b <code>tasks.yml:1</code>

#### Failed, and taken care of by the play

<details><summary>❌ <b>Task 2</b> on e: it broke <code>tasks.yml:2</code></summary>

\`\`\`text
why: the reason
help: mend it
\`\`\`
</details>
`);
});

test('places lead to the forge where it is known', () => {
  expect(runMarkdown(recordOf(['a'], [finished('a', taskAt(7), changed())]), { link })).toContain(
    '<a href="https&#58;//forge/x/blob/abc/tasks.yml&#35;L7"><code>tasks.yml:7</code></a>',
  );
});

test('slow tasks are told, the slowest first', () => {
  const events = [500, 4100, 1200].map((milliseconds, index) =>
    finished('a', taskAt(index + 1), { kind: 'ok' }, { milliseconds }),
  );
  expect(runMarkdown(recordOf(['a'], events), { link })).toContain(
    '#### Slowest\n\n- 4.1 s <b>Task 2</b>\n- 1.2 s <b>Task 3</b>\n',
  );
});

test('it fits a comment, and says how much is left out', () => {
  const events = Array.from({ length: 2000 }, (_, line) =>
    finished('a', taskAt(line + 1), failure(`fault ${line} ${'x'.repeat(200)}`)),
  );
  const text = runMarkdown(recordOf(['a'], events), { link });
  expect(text.length).toBeLessThanOrEqual(65_536);
  expect(text).toMatch(/- … and \d{3,} more\n$/);
});

describe('no text does anything', () => {
  const texts = [
    '</details><script>',
    '@everyone',
    '![x](http://e)',
    '[a](b)',
    '#12',
    '`x`',
    '| a |',
    '$x$',
    '~~~',
    '```\n# x',
  ];
  test.each(texts)('%j', (text) => {
    const all = `${text} `;
    const output = { status: 1, stdout: text, stderr: text };
    const events = [finished('a', taskAt(1, all), failure(all, { output })), finished('a', taskAt(2, all), changed())];
    const markdown = runMarkdown(recordOf(['a'], events), { link });
    const outside = markdown.replaceAll(/^(`{3,})text\n[\s\S]*?^\1$/gm, '');
    expect(outside.replaceAll(/<a href="[^"]*">|^#{3,4} .*$|`run-1`/gm, '')).not.toMatch(
      /@|!\[|\]\(|<script|`|\||\$|~~|(?<!&)#\d/,
    );
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
  });
});

test('mistakes before a run', () => {
  const problem = new Problem({
    code: 'unknown-module',
    what: 'no module "cpoy"',
    place: { file: 'site.yml', line: 3, column: 5 },
    remedy: 'Did you mean copy?',
  });
  expect(problemsMarkdown('site.yml', [problem], () => undefined)).toBe(`### ❌ site.yml was not run

#### Mistakes

<details><summary><b>no module &#34;cpoy&#34;</b> <code>site.yml:3</code></summary>

\`\`\`text
help: Did you mean copy?
\`\`\`
</details>
`);
});
