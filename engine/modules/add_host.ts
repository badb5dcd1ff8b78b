import { z } from 'zod';
import { anyValue, filledText, textList } from './arguments.ts';
import { defineModule } from './module.ts';

const schema = z
  .object({
    name: filledText().describe('The host. Every argument that is not described here becomes a variable of it.'),
    groups: textList().default([]).describe('The groups that it is put into.'),
  })
  .catchall(anyValue());

export const module = defineModule<z.infer<typeof schema>>({
  name: 'add_host',
  summary: 'Add a host to the inventory, for the plays that follow.',
  arguments: schema,
  examples: ['add_host: { name: new-master, groups: [masters], ansible_host: 10.0.0.9 }'],
  observes: () => [],
  plan: ({ name, groups, ...variables }) => ({ kind: 'in_sync', result: {}, effects: [{ kind: 'add_host', name, groups, variables }] }),
});
