import { expect, test } from 'vitest';
import { Barrier } from '../../../engine/run/order/barrier.ts';

async function settled(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('a host waits until every other one has reached the task', async () => {
  const barrier = new Barrier(['a', 'b', 'c']);
  barrier.reach('a', 3);
  const waiting = barrier.allReached(3);
  expect(await settled(waiting)).toBe(false);
  barrier.reach('b', 3);
  expect(await settled(waiting)).toBe(false);
  barrier.reach('c', 4);
  expect(await settled(waiting)).toBe(true);
});

test('a host that leaves holds nobody up', async () => {
  const barrier = new Barrier(['a', 'b']);
  barrier.reach('a', 2);
  const waiting = barrier.allReached(2);
  barrier.leave('b');
  expect(await settled(waiting)).toBe(true);
});

test('the slowest host never waits', async () => {
  const barrier = new Barrier(['a', 'b']);
  barrier.reach('a', 9);
  barrier.reach('b', 1);
  expect(await settled(barrier.allReached(1))).toBe(true);
});

test('fractions order the steps of an include between its neighbors', async () => {
  const barrier = new Barrier(['a', 'b']);
  barrier.reach('a', 1.5);
  const waiting = barrier.allReached(1.5);
  barrier.reach('b', 1.25);
  expect(await settled(waiting)).toBe(false);
  barrier.reach('b', 2);
  expect(await settled(waiting)).toBe(true);
});
