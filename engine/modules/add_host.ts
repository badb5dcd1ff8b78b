import { z } from 'zod';
import { variableNameFault } from '../playbook/base/variable-name-fault.ts';
import { anyValue, commaList, filledText } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const HERE = { file: '', line: 1, column: 1 };
const RULE =
  'must not be the name of a variable\nUse letters, digits and underscores, and none of the names that runbook itself sets.';

const schema = z
  .object({
    name: filledText().describe('The host, in the inventory or new. An address may have a port: 10.0.0.7:2222.'),
    groups: commaList({ mayBeEmpty: true })
      .default([])
      .describe('The groups that the host joins: a list, or a text with commas. A group that does not exist is made.'),
  })
  .catchall(anyValue())
  .superRefine(({ name: _name, groups: _groups, ...variables }, context) => {
    for (const name of Object.keys(variables))
      if (variableNameFault(name, HERE) !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: RULE });
  });

export const module = defineModule<z.infer<typeof schema>>({
  name: 'add_host',
  summary:
    'Add a host to the inventory of this run, for the tasks and plays that follow. All other arguments are its variables.',
  arguments: schema,
  freeForm: 'name',
  aliases: { host: 'name', hostname: 'name', group: 'groups', groupname: 'groups' },
  examples: [
    'add_host: { name: "{{new_node}}", groups: [workers], ansible_host: 10.0.0.7 }',
    `add_host: { name: "{{item.name}}", groups: [made], ansible_host: "{{item.ip}}" }
loop: "{{machines}}"`,
  ],
  observes: () => [],
  plan: ({ name, groups, ...variables }) => ({
    kind: 'in_sync',
    result: { add_host: { host_name: name, groups, host_vars: variables } },
    effects: [{ kind: 'add_host', name, groups, variables }],
  }),
});
