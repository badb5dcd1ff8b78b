import { describe, expect, test } from 'vitest';
import { Pattern } from '../../../engine/modules/edit/regular-expression.ts';
import { EndlessMatch, match, matchLines, powerOf } from '../../../engine/values/language/match-limit.ts';
import { matches, replaceMatches } from '../../../engine/values/language/pattern.ts';

/** Expressions that take almost forever with text that nearly matches. */
const ENDLESS: readonly (readonly [expression: string, text: string])[] = [
  ['^(a+)+$', `${'a'.repeat(40)}!`],
  ['^(a|a)*$', `${'a'.repeat(40)}!`],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(50)],
  ['a*a*a*a*a*a*b', 'a'.repeat(5_000)],
  ['(.*),(.*),(.*),(.*),(.*)x', ','.repeat(3_000)],
  ['(a+)\\1+b', 'a'.repeat(50_000)],
  ['(?=(a+)+$)b|^(a+)+$', `${'a'.repeat(40)}!`],
];

describe('a time limit holds', () => {
  test.each(ENDLESS)('as Python reads it: %s', (expression, text) => {
    const pattern = new Pattern(expression, { classes: 'unicode' });
    expect(() => pattern.test(text)).toThrow(EndlessMatch);
    // The expression still works as before.
    expect(pattern.test('Z')).toBe(false);
  });

  test.each(ENDLESS.slice(0, 3))('in templates and expressions: %s', (expression, text) => {
    expect(() => matches(expression, text)).toThrow(/takes too long|repeats a group that itself repeats/);
    expect(() => replaceMatches(expression, text, 'x')).toThrow(/takes too long|repeats a group that itself repeats/);
  });

  test('for all lines together', () => {
    const pattern = new Pattern('^(a|a)*$', { classes: 'ascii' });
    const lines = Array.from({ length: 1_000 }, () => `${'a'.repeat(22)}!`);
    expect(() => matchLines([pattern], 23_000, () => lines.filter((line) => pattern.test(line)))).toThrow(EndlessMatch);
  });

  test('where the memory for ways to match ends first', () => {
    expect(() => new Pattern('^(?:a|b)*c', { classes: 'ascii' }).test('ab'.repeat(20_000_000))).toThrow(EndlessMatch);
  });

  test('other mistakes stay what they are', () => {
    const fault = new Error('other');
    const costly = { text: 'x', power: Infinity };
    const fail = (): never => {
      throw fault;
    };
    expect(() => match(costly, 10, fail)).toThrow(fault);
    expect(match(costly, 10, () => match(costly, 10, () => 7))).toBe(7);
  });
});

test.each([
  ['abc', 1],
  ['a+', 2],
  ['\\d+', 2],
  ['[^"]*x', 2],
  ['^#?Port .*$', 3],
  ['(?:ab)c*', 2],
  ['(?<name>a)b*', 2],
  ['\\u{61}{2}', 2],
  ['(a+)', 2],
  ['(a+)+', Infinity],
  ['a|b', Infinity],
  ['(a)\\1', Infinity],
  ['(?=a)b', Infinity],
  ['(?<=a)b', Infinity],
])('%s takes the length of the text to the power %s at most', (expression, power) => {
  expect(powerOf(expression)).toBe(power);
});

test.each([
  ['^Port 22$', 1],
  ['^\\s*#?\\s*Port\\b', 4],
  ['(?m)^a.*$', 2],
  ['(?i)name=(\\w+)', 2],
])('as Python reads it, %s takes it to the power %s at most', (expression, power) => {
  expect(new Pattern(expression, { classes: 'ascii' }).power).toBe(power);
});
