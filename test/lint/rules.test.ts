import { describe, expect, test } from 'vitest';
import { RULES } from '../../engine/lint/rules.ts';
import { exampleFiles, lintFiles } from './lint-example.ts';

test('names are kebab-case, and each is there once', () => {
  const names = RULES.map(({ name }) => name);
  expect(names.filter((name, index) => !/^[a-z]+(?:-[a-z]+)*$/.test(name) || names.indexOf(name) !== index)).toEqual(
    [],
  );
  expect(names.length).toBeGreaterThanOrEqual(40);
});

describe.each(RULES)('$name', (rule) => {
  test('finds the fault of its bad example once, at a place of the example', async () => {
    const found = (await lintFiles(exampleFiles(rule.bad))).filter((one) => one.rule.name === rule.name);
    expect(found).toHaveLength(1);
    expect(found[0]?.place.file).toMatch(/\.yml$/);
    expect(found[0]?.what).not.toBe('');
  });

  test('finds nothing in its good example, and neither does another rule but advice', async () => {
    const found = await lintFiles(exampleFiles(rule.good));
    expect(found.filter(({ level, rule: other }) => level !== 'advice' || other.name === rule.name)).toEqual([]);
  });

  test('says all that its page needs', () => {
    for (const text of [rule.summary, rule.why, rule.remedy, rule.bad, rule.good]) expect(text).not.toBe('');
    expect(rule.summary).not.toMatch(/\.$/);
    for (const text of [rule.why, rule.remedy]) expect(text).toMatch(/[.:]$/);
  });
});
