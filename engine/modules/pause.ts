import { z } from 'zod';
import { idle } from '../values/habits/foreign-argument.ts';
import { plainText, wholeNumber } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const schema = z
  .strictObject({
    seconds: wholeNumber().optional().describe('The length of the pause in seconds.'),
    minutes: wholeNumber().optional().describe('The length of the pause in minutes.'),
    prompt: plainText().optional().describe('The message during the wait.'),
  })
  .refine(
    ({ seconds, minutes }) => seconds !== undefined || minutes !== undefined,
    'give seconds or minutes: pause does not ask anybody\nWrite pause: {minutes: 5}. For somebody to look in between, save a plan, or end the playbook here and go on with a second one.',
  );

export const module = defineModule<z.infer<typeof schema>>({
  name: 'pause',
  summary: 'Wait for a given time. A plan does not wait.',
  arguments: schema,
  foreign: {
    echo: idle('runbook asks for no input.'),
  },
  examples: ['pause: { seconds: 10, prompt: "letting the load settle" }'],
  observes: () => [],
  plan: ({ seconds = 0, minutes = 0, prompt }) => ({
    kind: 'in_sync',
    result: {},
    effects: [{ kind: 'pause', milliseconds: (seconds + 60 * minutes) * 1000, prompt }],
  }),
});
