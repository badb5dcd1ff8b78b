import { expect, test } from 'vitest';
import { handshakesAtOnce } from '../../engine/connection/handshake-turns.ts';

test.each([
  ['near servers', [0.4, 0.3, 9.9], 10],
  ['near servers, while this program is busy', [80, 120, 2], 10],
  ['servers of another country', [31, 30, 45], 40],
  ['servers of another continent', [250], 100],
  ['servers of unknown distance', [], 10],
])('of %s as many are greeted at once as work, not wait', (_, dials, atOnce) => {
  expect(handshakesAtOnce(dials)).toBe(atOnce);
});
