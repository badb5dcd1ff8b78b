import { z } from 'zod';
import { isDeep, MAX_DEPTH } from '../values/base/depth.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { anyValue } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const RULE = 'must be of letters, digits and underscores, with no digit in front';
const COMPUTED = `${RULE}\nA name is not rendered. Keep such values in one map: set_fact: { made: '{{merge (default made (dict)) (expr "{name: 1}")}}' } has the value of the variable name for its key, and {{lookup made name}} reads it.`;
const KEPT = 'Leave it out: a fact lasts as long as the run. Write what later runs need into a file of the host.';
const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: ({ input }) => (String(input).includes('{{') ? COMPUTED : RULE) })
  .refine((given) => given !== 'cacheable', `says that facts are kept for later runs, which they are not\n${KEPT}`);

const schema = z.record(name, anyValue());

export const module = defineModule<z.infer<typeof schema>>({
  name: 'set_fact',
  summary: 'Set variables of this host for the tasks that follow.',
  arguments: schema,
  foreign: { cacheable: idleAs([false], KEPT) },
  examples: [`set_fact: { is_first: "{{expr 'groups.etcd[0] == inventory_hostname'}}" }`],
  isQuiet: true,
  observes: () => [],
  plan(args) {
    const deep = Object.entries(args).find(([, value]) => isDeep(value));
    if (deep !== undefined) {
      const remedy =
        'Add to a list instead of putting it into a new one, or keep the inner part as text by the helper json.';
      return { kind: 'impossible', what: `${deep[0]} would be nested more than ${MAX_DEPTH} levels deep`, remedy };
    }
    return { kind: 'in_sync', result: { ansible_facts: args }, effects: [{ kind: 'set_fact', facts: args }] };
  },
});
