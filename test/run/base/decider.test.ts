import { describe, expect, test } from 'vitest';
import { type Decider, deciderOf, namesOf, withDecider } from '../../../engine/run/base/decider.ts';

const step = (at: number): Decider => ({ at, label: `step ${at}` });

describe('the steps that decide what a plan does not know', () => {
  const NAMED: readonly (readonly [string, readonly Decider[], string | undefined])[] = [
    ['none', [], undefined],
    ['one', [step(1)], 'step 1'],
    ['two', [step(1), step(2)], 'step 1 or step 2'],
    ['three', [step(1), step(2), step(3)], 'step 1, step 2 or step 3'],
    ['more than three', [1, 2, 3, 4, 5].map(step), 'step 3, step 4 or step 5, or a step before them'],
    ['a step of several items or hosts', [step(1), step(1)], 'step 1'],
    ['hosts that came in another order', [step(3), step(1), step(2)], 'step 1, step 2 or step 3'],
  ];
  test.each(NAMED)('%s', (_, deciders, expected) => {
    expect(namesOf(deciders)).toBe(expected);
  });

  test.each(NAMED)('%s, gathered one by one', (_, deciders, expected) => {
    expect(namesOf(deciders.reduce<readonly Decider[]>(withDecider, []))).toBe(expected);
  });

  test('few of them are kept', () => {
    let kept: readonly Decider[] = [];
    for (let at = 0; at < 1000; at += 1) kept = withDecider(kept, step(at));
    expect(kept.length).toBeLessThan(5);
  });

  test('a task is told by its name and place, and under no_log by its place', () => {
    const task = { id: 'roles/web/tasks/main.yml:3:5', name: 'Folder', module: 'file', role: 'web', handler: false };
    expect(deciderOf(task, 4, false)).toEqual({ at: 4, label: '"Folder" (roles/web/tasks/main.yml:3)' });
    expect(deciderOf(task, 4, true)).toEqual({ at: 4, label: 'the task at roles/web/tasks/main.yml:3' });
  });
});
