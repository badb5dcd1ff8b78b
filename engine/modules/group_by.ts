import { z } from 'zod';
import { filledText, textList } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const schema = z.strictObject({
  key: filledText().describe('The group. Spaces and hyphens in its name become underscores, as with Ansible.'),
  parents: textList().default(['all']).describe('The parent groups of the group.'),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'group_by',
  summary: 'Put the host into a group, for the plays that follow.',
  arguments: schema,
  freeForm: 'key',
  examples: ['group_by: { key: "os_{{facts.os.distribution}}" }'],
  observes: () => [],
  plan: ({ key, parents }) => ({
    kind: 'in_sync',
    result: {},
    effects: [{ kind: 'group_by', group: key.replace(/[\s-]/g, '_'), parents }],
  }),
});
