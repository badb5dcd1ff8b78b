import { expect, test } from 'vitest';
import { inventoryBoolean } from '../../../engine/run/base/inventory-boolean.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import type { Value } from '../../../engine/values/base/value.ts';

test.each<[Value, boolean | undefined]>([
  [true, true],
  [false, false],
  ['true', true],
  ['True', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  [1, true],
  ['no', false],
  ['False', false],
  ['off', false],
  [0, false],
  [Secret.of('yes'), true],
  [2, undefined],
  ['', undefined],
  ['maybe', undefined],
  [null, undefined],
  [['true'], undefined],
])('%j of an inventory means %j', (value, meant) => {
  expect(inventoryBoolean(value)).toBe(meant);
});
