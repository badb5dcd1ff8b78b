import { expect, it } from 'vitest';
import type { Step } from '../../../engine/playbook/base/play.ts';
import { itinerary } from '../../../engine/run/order/itinerary.ts';
import { TaskCount } from '../../../engine/run/order/task-count.ts';

const ALL = { tags: [], skipTags: [] };

/** Makes a step with only the members that the count uses. */
function task(id: string, tags: readonly string[] = []): Step {
  return { kind: 'task', id, tags: new Set(tags) } as unknown as Step;
}

function block(parts: {
  readonly block: readonly Step[];
  readonly rescue?: readonly Step[];
  readonly always?: readonly Step[];
}): Step {
  return { kind: 'block', id: 'block', tags: new Set(), rescue: [], always: [], ...parts } as unknown as Step;
}

const INCLUDE = { kind: 'include', id: 'include', tags: new Set() } as unknown as Step;

it('counts tasks through blocks, without rescues', () => {
  const stops = itinerary(
    [task('1'), block({ block: [task('2')], rescue: [task('r')], always: [task('3')] }), task('4')],
    1,
  );
  const count = new TaskCount(ALL);
  count.add('tasks', stops);
  const [first, inner, last] = stops;
  expect(count.total).toBe(4);
  expect(count.upTo(first?.at ?? 0)).toBe(1);
  expect(count.upTo(inner?.block[0]?.at ?? 0)).toBe(2);
  expect(count.upTo(inner?.rescue[0]?.at ?? 0)).toBe(2);
  expect(count.upTo(inner?.always[0]?.at ?? 0)).toBe(3);
  expect(count.upTo(last?.at ?? 0)).toBe(4);
  expect(count.upTo(0)).toBe(0);
});

it('leaves out what tags leave out', () => {
  const count = new TaskCount({ tags: ['a'], skipTags: [] });
  count.add('tasks', itinerary([task('1', ['a']), task('2'), task('3', ['a', 'b'])], 1));
  expect(count.total).toBe(2);
});

it('grows where an include is opened, once for all hosts', () => {
  const stops = itinerary([task('1'), INCLUDE, task('2')], 1);
  const count = new TaskCount(ALL);
  count.add('tasks', stops);
  expect(count.total).toBe(2);
  const at = stops[1]?.at ?? 0;
  for (const host of ['a', 'b'])
    count.add('include 0', itinerary([task(`3 ${host}`), task(`4 ${host}`)], at, at + 0.5));
  expect(count.total).toBe(4);
  expect(count.upTo(stops[2]?.at ?? 0)).toBe(4);
});
