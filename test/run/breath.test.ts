import { expect, test } from 'vitest';
import { breathe } from '../../engine/run/breath.ts';

test('a timer has its turn amid the work of many', async () => {
  const work = Array.from({ length: 40 }, async () => {
    for (let step = 0; step < 4; step += 1) {
      await breathe();
      for (const until = performance.now() + 2; performance.now() < until;);
    }
  });
  let done = false;
  let ticks = 0;
  const timer = setInterval(() => (done ? undefined : (ticks += 1)), 1);
  await Promise.all(work);
  done = true;
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});
