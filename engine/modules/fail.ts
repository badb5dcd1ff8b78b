import { z } from 'zod';
import { text } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const schema = z.strictObject({ msg: text().default('Failed as requested from task').describe('The reason.') });

export const module = defineModule<z.infer<typeof schema>>({
  name: 'fail',
  summary: 'Fail, with a reason.',
  arguments: schema,
  freeForm: 'msg',
  examples: ['fail: { msg: "this host has no default route" }'],
  observes: () => [],
  plan: ({ msg }) => ({
    kind: 'impossible',
    what: typeof msg === 'string' ? msg : 'the reason must not be shown',
    result: { msg },
  }),
});
