import { expect, test } from 'vitest';
import { pauseBetween } from '../../../engine/run/task/loop-pause.ts';

const HOUR = { pauseSeconds: 3600 };

function contextOf(mode: 'play' | 'plan', interrupt = new AbortController().signal) {
  return { mode, interrupt, interrupted: () => interrupt.aborted, live: () => {} };
}

test.each([
  { what: 'where the task has no loop', context: contextOf('play'), loop: undefined, index: 1 },
  { what: 'where the loop has no pause', context: contextOf('play'), loop: { pauseSeconds: 0 }, index: 1 },
  { what: 'ahead of the first item', context: contextOf('play'), loop: HOUR, index: 0 },
  { what: 'in a plan', context: contextOf('plan'), loop: HOUR, index: 1 },
  {
    what: 'once the operator has asked to stop',
    context: contextOf('play', AbortSignal.abort()),
    loop: HOUR,
    index: 1,
  },
])('nothing waits $what', async ({ context, loop, index }) => {
  await pauseBetween(context, 'web-1', loop, index);
});

test('a pause ends when the operator asks to stop', async () => {
  const stop = new AbortController();
  let isOver = false;
  const pause = pauseBetween(contextOf('play', stop.signal), 'web-1', HOUR, 1).then(() => (isOver = true));
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  stop.abort();
  await pause;
});
