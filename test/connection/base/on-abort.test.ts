import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from '../../../engine/connection/base/on-abort.ts';

test('all that wait for a signal are called once, in their order, by one listener', () => {
  const controller = new AbortController();
  const called: number[] = [];
  for (let who = 0; who < 1000; who += 1) onAbort(controller.signal, () => called.push(who));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  controller.abort();
  controller.abort();
  expect(called).toEqual(Array.from({ length: 1000 }, (_, who) => who));
});

test('what is forgotten is not called, also where another one forgets it amid the calls', () => {
  const controller = new AbortController();
  const called: string[] = [];
  const forgetFirst = onAbort(controller.signal, () => called.push('first'));
  const forgets: (() => void)[] = [];
  onAbort(controller.signal, () => {
    called.push('second');
    for (const forget of forgets) forget();
  });
  forgets.push(onAbort(controller.signal, () => called.push('third')));
  const again = (): void => void called.push('again');
  const forgetOnce = onAbort(controller.signal, again);
  onAbort(controller.signal, again);
  forgetFirst();
  forgetOnce();
  controller.abort();
  expect(called).toEqual(['second', 'again']);
});
