import { expect, test } from 'vitest';
import { amountOf } from '../../../engine/values/base/amount.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { Unknown } from '../../../engine/values/base/value.ts';

test.each([
  [0, 0],
  [3, 3],
  [0.5, 0.5],
  ['3', 3],
  [' 03 ', 3],
  ['1.5', 1.5],
  [-1, undefined],
  ['-1', undefined],
  ['', undefined],
  ['3s', undefined],
  ['1e3', undefined],
  ['three', undefined],
  [Number.NaN, undefined],
  [true, undefined],
  [null, undefined],
  [[3], undefined],
  [new Unknown('a task'), undefined],
  [Secret.of('3'), undefined],
])('%j counts as %s', (value, amount) => {
  expect(amountOf(value)).toBe(amount);
});
