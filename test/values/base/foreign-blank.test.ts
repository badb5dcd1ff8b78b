import { expect, test } from 'vitest';
import { blankAtBeginning, blankBetween, foreignBlank } from '../../../engine/values/base/foreign-blank.ts';

const NO_BREAK = '\u00a0';

test.each([
  [`${NO_BREAK}key: 1`, 0],
  [`  ${NO_BREAK}key: 1`, 2],
  [`- - ${NO_BREAK}a`, 4],
  [`-${NO_BREAK}a`, 1],
  [`- key:${NO_BREAK}1`, 6],
  [`key: ${NO_BREAK}1`, 5],
  [`a.b-c:  ${NO_BREAK}1`, 8],
  [`key: a${NO_BREAK}b`, undefined],
  ['key: a b', undefined],
  ['', undefined],
])('%j has one between its parts at %s', (line, at) => {
  expect(blankBetween(line)?.at).toBe(at);
});

test.each([
  [`-${NO_BREAK}a`, true],
  [`key:${NO_BREAK}1`, true],
  [`a${NO_BREAK}b`, false],
])('%j begins with one: %s', (text, begins) => {
  expect(blankAtBeginning(text) !== undefined).toBe(begins);
});

test('the name tells the number, and the length how many follow', () => {
  expect(foreignBlank(`a${NO_BREAK}\u200b`)).toEqual({ name: 'a no-break space (U+00A0)', at: 1, length: 2 });
});
