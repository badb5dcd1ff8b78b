import { describe, expect, test } from 'vitest';
import { Problems } from '../../engine/errors/problem.ts';
import { RULES } from '../../engine/lint/rules.ts';
import { ERROR_EXAMPLES } from '../../engine/report/reference/error-examples.ts';
import { ERROR_MEANINGS, explainedNames, explanation } from '../../engine/report/reference/explanation.ts';
import { exampleFiles, lintFiles } from '../lint/lint-example.ts';

/** Returns the codes of the mistakes in an example. */
async function codesOf(example: string): Promise<readonly string[]> {
  try {
    await lintFiles(exampleFiles(example));
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems.map(({ code }) => code);
    throw error;
  }
}

describe.each([...ERROR_EXAMPLES])('%s', (code, { bad, good }) => {
  test('is what is wrong with its wrong example, and nothing is with the right one', async () => {
    expect(await codesOf(bad)).toContain(code);
    expect(await codesOf(good)).toEqual([]);
  });

  test('is explained with its messages, what to do, and both examples', () => {
    const text = explanation(code)?.join('\n') ?? '';
    for (const part of [code, 'What it says', 'Wrong:', 'Right:']) expect(text).toContain(part);
  });
});

test('every code and every rule has an explanation that says something', () => {
  const names = explainedNames();
  expect(names).toEqual(expect.arrayContaining(['unknown-module', ...RULES.map(({ name }) => name)]));
  expect(names.filter((name) => (explanation(name)?.length ?? 0) < 3)).toEqual([]);
  expect(explanation('nosuch')).toBeUndefined();
});

test('every code has a meaning, and every meaning belongs to a code', () => {
  const rules = new Set(RULES.map(({ name }) => name));
  const codes = explainedNames().filter((name) => !rules.has(name) && !name.includes('…'));
  expect([...ERROR_MEANINGS.keys()].toSorted(), 'engine/report/reference/error-meanings.json').toEqual(codes);
});

test.each([...ERROR_MEANINGS])('the meaning of %s is a few sentences, and is printed', (code, meaning) => {
  expect(meaning).toMatch(/^[^.]+[.:].*\.$/);
  expect(meaning.length).toBeLessThan(400);
  expect(explanation(code)).toContain(meaning);
});

test('a rule is explained with its level, its reason, both examples and how to leave it out', () => {
  const text = explanation('latest-version')?.join('\n') ?? '';
  for (const part of ['latest-version (warning', 'Found:', 'Instead:', '# runbook-lint: ignore latest-version'])
    expect(text).toContain(part);
});
