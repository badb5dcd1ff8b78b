import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { replaceQuoted } from '../../../engine/values/language/quoted-text.ts';

/** What a string is. It takes time that grows with the square of the length if a quote is not closed. */
const QUOTED = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g;

test('strings are those of the regular expression that defines them', () => {
  assert(
    property(array(constantFrom('"', "'", '\\', 'a', ' ', '\n', '""'), { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      expect(replaceQuoted(text, (quoted) => `<${quoted}>`)).toBe(text.replaceAll(QUOTED, '<$&>'));
    }),
    { numRuns: 20_000 },
  );
});

test.each([`"`, `\\"`, `"\\"`, `'"\\`])('a megabyte of %j is read in time that grows with its length', (piece) => {
  const text = `"${piece.repeat(Math.ceil(1_000_000 / piece.length))}`;
  expect(replaceQuoted(text, (quoted) => quoted)).toBe(text);
});
