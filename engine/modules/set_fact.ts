import { z } from 'zod';
import { anyValue } from './arguments.ts';
import { defineModule } from './module.ts';

const RULE = 'must be of letters, digits and underscores, with no digit in front';
const COMPUTED = `${RULE}\nA name is not rendered. Keep such values in one map: set_fact: { made: '{{merge (default made (dict)) (expr "{name: 1}")}}' } has the value of the variable name for its key, and {{lookup made name}} reads it.`;
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: ({ input }) => (String(input).includes('{{') ? COMPUTED : RULE) });

const schema = z.record(name, anyValue());

export const module = defineModule<z.infer<typeof schema>>({
  name: 'set_fact',
  summary: 'Give variables values that the tasks after it see, for this host.',
  arguments: schema,
  examples: ['set_fact: { is_first: "{{expr "groups.etcd[0] == inventory_hostname"}}" }'],
  observes: () => [],
  plan: (args) => ({ kind: 'in_sync', result: { ansible_facts: args }, effects: [{ kind: 'set_fact', facts: args }] }),
});
