import { z } from 'zod';
import { anyValue } from './arguments.ts';
import { defineModule } from './module.ts';

const schema = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and underscores'), anyValue());

export const module = defineModule<z.infer<typeof schema>>({
  name: 'set_fact',
  summary: 'Give variables values that the tasks after it see, for this host.',
  arguments: schema,
  examples: ['set_fact: { is_first: "{{expr "groups.etcd[0] == inventory_hostname"}}" }'],
  observes: () => [],
  plan: (args) => ({ kind: 'in_sync', result: { ansible_facts: args }, effects: [{ kind: 'set_fact', facts: args }] }),
});
