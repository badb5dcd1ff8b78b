import { expect, test } from 'vitest';
import { didYouMean, listNames, nearestName } from '../../../engine/values/language/suggest.ts';

test.each([
  ['inventory_hostnam', 'inventory_hostname'],
  ['resutl', 'result'],
  ['Users', 'users'],
  ['xyz', undefined],
  ['a', undefined],
])('%s is likely %s', (name, expected) => {
  expect(nearestName(name, ['inventory_hostname', 'result', 'users', 'b'])).toBe(expected);
});

test('as a sentence, or nothing', () => {
  expect(didYouMean('resutl', ['result'])).toBe('Did you mean "result"?');
  expect(didYouMean('xyz', ['result'])).toBeUndefined();
});

test('long lists of names are cut', () => {
  expect(listNames([])).toBe('none');
  expect(listNames(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});
