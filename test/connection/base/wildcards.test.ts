import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wildcards } from '../../../engine/connection/base/wildcards.ts';

const PLAIN = { classes: false, ignoreCase: false };

describe('wildcards', () => {
  test.each<[string, string, boolean]>([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*.example.org', 'a.b.example.org', true],
    ['a*b*c', 'axbxbxc', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
  ])('%s matches %s: %s', (pattern, text, expected) => {
    expect(wildcards(pattern, PLAIN).test(text)).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ['web[ab]', 'weba', true],
    ['web[!ab]', 'webc', true],
    ['web[!ab]', 'weba', false],
    ['web[0-9]', 'web7', true],
    ['[]x]', ']', true],
    ['[!]x]', 'y', true],
    ['[^a]', '^', true],
    ['[a\\]', '\\', true],
    ['web[', 'web[', true],
    ['web[]', 'web[]', true],
  ])('with classes %s matches %s: %s', (pattern, text, expected) => {
    expect(wildcards(pattern, { classes: true, ignoreCase: false }).test(text)).toBe(expected);
  });

  test('a class that is none is told', () => {
    expect(() => wildcards('[z-a]', { classes: true, ignoreCase: false })).toThrow(SyntaxError);
  });

  test('capital letters may count for nothing', () => {
    expect(wildcards('Web*', { classes: false, ignoreCase: true }).test('wEB1')).toBe(true);
  });

  test('answers as the regular expression of the same meaning', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(wildcards(pattern, PLAIN).test(text)).toBe(expression.test(text));
      }),
    );
  });

  test('many stars come to an end', () => {
    expect(wildcards(`${'*a'.repeat(200)}*c`, PLAIN).test('a'.repeat(10_000))).toBe(false);
  });
});
