import { expect, test } from 'vitest';
import { booleanOf } from '../../../engine/values/base/boolean-word.ts';

test.each([
  [true, [true, 'true', 'True', 'yes', 'YES', 'on', 'y', 't', '1', 1, ' yes ']],
  [false, [false, 'false', 'no', 'No', 'off', 'OFF', 'n', 'f', '0', 0]],
  [undefined, ['', 'yes yes', '2', 2, null, [], {}, 'none', '01']],
] as const)('%s', (meant, values) => {
  for (const value of values) expect([value, booleanOf(value)]).toEqual([value, meant]);
});
