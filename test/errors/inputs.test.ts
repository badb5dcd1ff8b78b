import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Family, type InputCase, INPUTS, inputFamilies, points } from './input-case.ts';
import { runHere, wordsOf } from './program.ts';

const families = inputFamilies();
const root = mkdtempSync(join(tmpdir(), 'wrong-inputs-'));
beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = join(root, 'cache');
});
afterAll(() => rmSync(root, { recursive: true }));

describe.each(families)('$name', (family) => {
  const told: string[] = [];

  test.each(family.cases)('$says', async (one) => {
    const { status, output } = await runIn(family, one.files, one.runs);
    told.push(`## ${one.says}\n$ runbook ${one.runs}\n${output}`);
    expect(output, 'no stack trace').not.toMatch(/\n\s+at .*\d+:\d+/);
    expect(status, output).toBe(one.status);
    if (one.lint && /^(?:play|plan) /.test(one.runs)) {
      const lint = await runIn(family, one.files, one.runs.replace(/^\S+/, 'lint'));
      expect(problemsIn(lint.output)).toBe(problemsIn(output));
    }
    if (one.followed !== undefined) {
      const { files, runs = one.runs } = one.followed;
      const ended = await runIn(family, { ...one.files, ...files }, runs.replace(/^(?:play|plan) /, 'lint '));
      expect(ended.status, ended.output).toBe(0);
    }
  });

  test('the texts, word for word', async () => {
    await expect(`${told.join('\n')}\n`).toMatchFileSnapshot(join(INPUTS, `${family.name}.txt`));
  });
});

test('the texts say where, why and what to do', () => {
  const cases = families.flatMap((family) => family.cases);
  const scores = cases.map((one) => points(one.score));
  expect(cases.length).toBeGreaterThanOrEqual(120);
  expect(cases.filter((one) => points(one.score) === 0).map((one) => one.says)).toEqual([]);
  expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeGreaterThanOrEqual(2.8);
});

let count = 0;

async function runIn(family: Family, files: InputCase['files'], runs: string) {
  const folder = join(root, String(++count));
  mkdirSync(folder);
  for (const [name, text] of Object.entries({ ...family.files, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    if (text.startsWith('#!')) chmodSync(join(folder, name), 0o755);
  }
  const { status, output } = await runHere(folder, wordsOf(runs));
  return { status, output: output.replaceAll(folder, '/project') };
}

/** Removes the findings of rules of `lint`, and their count. */
function problemsIn(output: string): string {
  return output
    .split('\n\n')
    .filter((block) => block.startsWith('error: '))
    .map((block) => block.replace(/\n\d+ playbooks?: .*$/s, '').trimEnd())
    .join('\n\n');
}
