import { expect, test } from 'vitest';
import type { Loop } from '../../../engine/playbook/base/play.ts';
import { HostsUnderWay } from '../../../engine/run/order/hosts-under-way.ts';
import { pauseBetween } from '../../../engine/run/task/loop-pause.ts';
import { compileNode } from '../../../engine/values/compiled.ts';
import { readYaml } from '../../../engine/values/yaml/yaml.ts';

/** A loop whose pause has this value. */
function pausing(seconds: number): Pick<Loop, 'pauseSeconds'> {
  const [node] = readYaml(String(seconds), 'p.yml');
  return { pauseSeconds: node === undefined ? undefined : compileNode(node) };
}

const HOUR = pausing(3600);
const HERE = { host: 'web-1', scope: { lookup: () => undefined, names: () => [] } };

function contextOf(mode: 'play' | 'plan', interrupt = new AbortController().signal) {
  const underWay = new HostsUnderWay(1);
  return { mode, interrupt, interrupted: () => interrupt.aborted, live: () => {}, underWay };
}

test.each([
  { what: 'where the task has no loop', context: contextOf('play'), loop: undefined, index: 1 },
  { what: 'where the loop has no pause', context: contextOf('play'), loop: pausing(0), index: 1 },
  { what: 'ahead of the first item', context: contextOf('play'), loop: HOUR, index: 0 },
  { what: 'in a plan', context: contextOf('plan'), loop: HOUR, index: 1 },
  {
    what: 'once the operator has asked to stop',
    context: contextOf('play', AbortSignal.abort()),
    loop: HOUR,
    index: 1,
  },
])('nothing waits $what', async ({ context, loop, index }) => {
  await pauseBetween(context, HERE, loop, index);
});

test('another host may begin during a pause', async () => {
  const stop = new AbortController();
  const context = contextOf('play', stop.signal);
  await context.underWay.begin();
  const next = context.underWay.begin();
  const pause = pauseBetween(context, HERE, HOUR, 1);
  await next;
  stop.abort();
  await pause;
});

test('a pause ends when the operator asks to stop', async () => {
  const stop = new AbortController();
  let isOver = false;
  const pause = pauseBetween(contextOf('play', stop.signal), HERE, HOUR, 1).then(() => (isOver = true));
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  stop.abort();
  await pause;
});
