import { expect, test } from 'vitest';
import { Edits } from '../../../engine/convert/base/edits.ts';

test('edits are made in the order of their places, insertions first', () => {
  const edits = new Edits();
  edits.replace(4, 5, 'E');
  edits.replace(1, 3, 'x');
  edits.insert(1, '<');
  expect(edits.applied('abcdef')).toBe('a<xdEf');
});

test('two edits of the same characters are refused', () => {
  const edits = new Edits();
  edits.replace(1, 3, 'x');
  edits.replace(2, 4, 'y');
  expect(edits.applied('abcdef')).toBeUndefined();
});
