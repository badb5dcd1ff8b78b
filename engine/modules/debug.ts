import { z } from 'zod';
import { anyValue, atMostOne, wholeNumber } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const schema = atMostOne(
  z.strictObject({
    msg: anyValue().optional().describe('The text or value to show.'),
    var: anyValue().optional().describe('The variable or expression to show, such as members or result.stdout.'),
    verbosity: wholeNumber()
      .optional()
      .describe('Accepted for playbooks written for Ansible. The message is always shown.'),
  }),
  ['msg', 'var'],
);

export const module = defineModule<z.infer<typeof schema>>({
  name: 'debug',
  summary: 'Show a text or a value.',
  arguments: schema,
  freeForm: 'msg',
  examples: ['debug: { msg: "etcd is {{etcd_version}}" }', 'debug: { var: result.stdout }'],
  isQuiet: true,
  observes: () => [],
  plan(args) {
    // Null is a value, so it is shown.
    const shown = args.msg === undefined ? args.var : args.msg;
    const value = shown === undefined ? 'Hello world!' : shown;
    return { kind: 'in_sync', result: { msg: value }, effects: [{ kind: 'message', text: value }] };
  },
});
