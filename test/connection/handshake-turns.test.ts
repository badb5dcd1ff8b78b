import { expect, test } from 'vitest';
import { handshakesAtOnce } from '../../engine/connection/handshake-turns.ts';

test.each([
  ['near servers', [8, 6, 19.9], 10],
  ['near servers, while this program is busy', [80, 120, 12], 10],
  ['servers of another country', [61, 60, 95], 40],
  ['servers of another continent', [250], 100],
  ['servers of unknown distance', [], 10],
])('of %s as many are greeted at once as work, not wait', (_, distances, atOnce) => {
  expect(handshakesAtOnce(distances)).toBe(atOnce);
});
