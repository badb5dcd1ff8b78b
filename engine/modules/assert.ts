import { z } from 'zod';
import { UNWRITTEN, boolean, text } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

/** The runner replaces each expression with its result, which has the last form. A playbook never has this form. */
const condition = z.union([
  z.string(),
  z.boolean(),
  z
    .strictObject({ expression: z.string(), holds: z.boolean(), values: z.array(z.string()) })
    .meta({ [UNWRITTEN]: true }),
]);

const schema = z.strictObject({
  that: z
    .union([condition, z.array(condition)], { error: 'must be an expression, or a list of expressions' })
    .describe('Conditions that must hold: one expression or a list of them.'),
  fail_msg: text().optional().describe('The message if a condition does not hold.'),
  msg: text().optional().describe('The same as fail_msg.'),
  success_msg: text().optional().describe('The message if all conditions hold.'),
  quiet: boolean().default(false).describe('Whether success_msg is left out.'),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'assert',
  summary: 'Fail if a condition does not hold.',
  arguments: schema,
  freeForm: 'that',
  examples: ['assert: { that: ["size(groups.etcd) % 2 == 1"], fail_msg: "etcd needs an odd number of members" }'],
  isQuiet: true,
  observes: () => [],
  plan(args) {
    const conditions = Array.isArray(args.that) ? args.that : [args.that];
    const broken = conditions.filter((one) => typeof one === 'object').filter((one) => !one.holds);
    const message = args.fail_msg ?? args.msg;
    const [first] = broken;
    if (first !== undefined) {
      const why = broken.map(({ expression, values }) =>
        [`This condition is false: ${expression}`, ...values.map((line) => `  ${line}`)].join('\n'),
      );
      return {
        kind: 'impossible',
        what: typeof message === 'string' ? message : 'a condition does not hold',
        why: why.join('\n'),
        ...(message === undefined
          ? { remedy: 'Correct the value or the condition. To show a message of your own, write fail_msg: "…".' }
          : {}),
        result: { assertion: first.expression, evaluated_to: false },
      };
    }
    const { success_msg: success } = args;
    if (success === undefined || args.quiet) return { kind: 'in_sync', result: {} };
    return { kind: 'in_sync', result: { msg: success }, effects: [{ kind: 'message', text: success }] };
  },
});
