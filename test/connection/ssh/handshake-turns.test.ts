import { expect, test, vi } from 'vitest';
import { HandshakeLimiter, handshakesAtOnce } from '../../../engine/connection/ssh/handshake-turns.ts';

test.each([
  ['near servers', [8, 6, 19.9], 10],
  ['near servers, while this program is busy', [80, 120, 12], 10],
  ['servers of another country', [61, 60, 95], 40],
  ['servers of another continent', [250], 100],
  ['servers of unknown distance', [], 10],
])('of %s as many are greeted at once as work, not wait', (_, distances, atOnce) => {
  expect(handshakesAtOnce(distances)).toBe(atOnce);
});

test('while no server has said a word, more are greeted as time goes by, until one hangs up', async () => {
  const handshakes = new HandshakeLimiter();
  const done = Promise.withResolvers<void>();
  let greeted = 0;
  const greet = async (): Promise<void> => {
    greeted += 1;
    const word = handshakes.expectFirstWord();
    await done.promise;
    word.stayedAway();
  };
  const all = Promise.all(Array.from({ length: 200 }, () => handshakes.withPermit(greet)));
  await new Promise(setImmediate);
  expect(greeted).toBe(10);
  await vi.waitFor(() => expect(greeted).toBe(100), 30_000);
  handshakes.noteDrop();
  done.resolve();
  await all;
  expect(greeted).toBe(200);
});
