import { z } from 'zod';
import { idle } from '../values/habits/foreign-argument.ts';
import { wholeNumber } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const schema = z.strictObject({
  timeout: wholeNumber({ min: 1 }).default(600).describe('Seconds within which the host must answer.'),
  delay: wholeNumber().default(0).describe('Seconds to wait before the first attempt.'),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'wait_for_connection',
  summary: 'Wait until the host can be reached and answers.',
  arguments: schema,
  foreign: {
    connect_timeout: idle('runbook repeats its attempts until timeout is over.'),
    sleep: idle('the next attempt follows automatically.'),
  },
  examples: ['wait_for_connection: { timeout: 300 }'],
  observes: () => [],
  plan: (args) => ({
    kind: 'await',
    what: 'the host answers',
    script: args.delay === 0 ? ':\n' : `sleep ${args.delay}\n`,
    timeoutMs: (args.timeout + args.delay) * 1000,
    reconnects: true,
  }),
});
