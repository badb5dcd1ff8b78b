import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { changesIn, copyOfExamples, exampleNames, optionsOf, ROOT, RUNBOOK } from './projects.ts';

const copy = copyOfExamples();
afterAll(() => rmSync(copy, { recursive: true, force: true }));

interface Done {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the folder of an example. */
function runIn(example: string, command: string, ...args: readonly string[]): Done {
  const cwd = join(copy, 'examples', example);
  // As in CI, `runbook` is on the PATH.
  const env = { ...process.env, RUNBOOK, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  return spawnSync(command, args, { cwd, encoding: 'utf8', env });
}

test('there are five examples, and the page of examples links to each', () => {
  const page = readFileSync(join(ROOT, 'examples/README.md'), 'utf8');
  const linked = [...page.matchAll(/\]\((?<name>[a-z-]+)\/README\.md\)/g)].map(
    ({ groups = {} }) => groups['name'] ?? '',
  );
  expect(linked.toSorted()).toEqual(exampleNames());
  expect(linked).toHaveLength(5);
});

describe.each(exampleNames())('the example %s', (example) => {
  test('has no mistakes', () => {
    const done = runIn(example, RUNBOOK, 'lint', 'site.yml', ...optionsOf(example), '-i', '../lab.yml');
    expect(done).toMatchObject({ status: 0, stdout: '1 playbook: no problems\n' });
  });

  test('is explained on less than a page', () => {
    const lines = readFileSync(join(ROOT, 'examples', example, 'README.md'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(15);
  });
});

describe('the reviewed plan', () => {
  const example = 'reviewed-plan';
  const read = (name: string): string => readFileSync(join(copy, 'examples', example, name), 'utf8');

  test('is made and shown without a change', () => {
    expect(runIn(example, './review.sh')).toMatchObject({ status: 0 });
    expect(read('plan.md')).toContain('Compress the page');
    expect(existsSync(join(copy, 'examples', example, 'site'))).toBe(false);
  });

  test('is applied as it was approved', () => {
    expect(runIn(example, './apply.sh')).toMatchObject({ status: 0 });
    expect(read('site/index.html')).toContain('<li>database</li>');
    expect(existsSync(join(copy, 'examples', example, 'site/index.html.gz'))).toBe(true);
  });

  test('finds nothing to do the second time', () => {
    const done = runIn(example, RUNBOOK, 'plan', 'site.yml', ...optionsOf(example), '--detailed-exitcode');
    expect(done).toMatchObject({ status: 0 });
    expect(
      changesIn(runIn(example, RUNBOOK, 'play', 'site.yml', ...optionsOf(example), '--output', 'json').stdout),
    ).toBe(0);
  });

  test('is refused when a file differs from the one that was reviewed', () => {
    expect(runIn(example, './review.sh')).toMatchObject({ status: 0 });
    appendFileSync(join(copy, 'examples', example, 'group_vars/all.yml'), 'unreviewed: true\n');
    const refused = runIn(example, './apply.sh');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('group_vars/all.yml');
  });
});
