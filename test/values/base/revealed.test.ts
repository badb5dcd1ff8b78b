import { expect, test } from 'vitest';
import { holdsSecret, revealed, revealedOrEmpty } from '../../../engine/values/base/revealed.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../../engine/values/base/value.ts';

const SECRET = Secret.of('open sesame');
const UNKNOWN = new Unknown('a task');

test.each<readonly [Value, Value]>([
  [SECRET, 'open sesame'],
  ['text', 'text'],
  [5, 5],
  [UNKNOWN, UNKNOWN],
])('%j is revealed as %j', (value, open) => {
  expect(revealed(value)).toBe(open);
});

test.each([
  [SECRET, 'open sesame'],
  ['text', 'text'],
  [UNKNOWN, ''],
  [undefined, ''],
])('%j is revealed, or is empty: %j', (value, open) => {
  expect(revealedOrEmpty(value)).toBe(open);
});

test.each<readonly [Value | undefined, boolean]>([
  [SECRET, true],
  [['a', SECRET], true],
  [{ a: { b: [SECRET] } }, true],
  ['open', false],
  [['a', { b: 'c' }], false],
  [UNKNOWN, false],
  [undefined, false],
])('%j holds a secret: %s', (value, holds) => {
  expect(holdsSecret(value)).toBe(holds);
});
