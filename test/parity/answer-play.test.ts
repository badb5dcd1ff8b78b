import { describe, expect, test } from 'vitest';
import { brokenPromises } from './answer-play.ts';
import type { TaskEvent } from './task-event.ts';

const event = (task: string, status: TaskEvent['status'], certain = true): TaskEvent => ({
  host: 'h1',
  task,
  handler: false,
  module: 'debug',
  status,
  certain,
  result: {},
  file: `${task}.yml`,
  place: `${task}.yml:1:1`,
  item: undefined,
});

describe('promises of a plan that a play broke', () => {
  const unsure = event('t8', 'changed', false);
  test.each<readonly [string, readonly TaskEvent[], readonly TaskEvent[], number]>([
    ['what is kept', [event('t9', 'ok')], [event('t9', 'ok')], 0],
    ['another end than the plan was sure of', [event('t9', 'ok')], [event('t9', 'changed')], 1],
    ['what is skipped in place of done', [event('t9', 'ok')], [event('t9', 'skipped')], 1],
    ['what a failure that was open cut off', [unsure, event('t9', 'ok')], [event('t8', 'failed')], 0],
    [
      'the second time of a role that is skipped at first, behind such a failure',
      [event('t9', 'skipped'), unsure, event('t9', 'ok')],
      [event('t9', 'skipped'), event('t8', 'failed')],
      0,
    ],
    [
      'the same without a failure',
      [event('t9', 'skipped'), unsure, event('t9', 'ok')],
      [event('t9', 'skipped'), event('t8', 'changed'), event('t9', 'skipped')],
      1,
    ],
  ])('%s', (_, plan, play, count) => {
    expect(brokenPromises(plan, play)).toHaveLength(count);
  });
});
