import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { Unknown } from '../values/base/value.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { belowChdir, filledCommand, openText, path } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { planRun, runArguments, runRequests } from './command/command-run.ts';
import { namedInCommand } from './command/named-in-command.ts';

const schema = belowChdir(
  z.strictObject({
    cmd: filledCommand(openText()).describe('The shell text.'),
    executable: path().default('/bin/sh').describe('The shell that runs it.'),
    ...runArguments,
  }),
  ['creates', 'removes'],
);

export const module = defineModule<z.infer<typeof schema>>({
  name: 'shell',
  summary: 'Run shell text.',
  arguments: schema,
  freeForm: 'cmd',
  foreign: {
    warn: idle('runbook has no such warnings.'),
    free_form: 'Write the text directly after the name of the module, or in cmd.',
  },
  examples: ['shell: { cmd: "kubectl get nodes | wc -l", chdir: /root }'],
  observes: (args) => runRequests(args),
  names: ({ cmd, chdir }) => namedInCommand([cmd], chdir),
  plan(args, _loaded, seen, context) {
    const { cmd } = args;
    const script = cmd instanceof Unknown ? undefined : `exec ${quote(args.executable)} -c ${quote(cmd)}`;
    return planRun(args, { shown: cmd, cmd, script }, seen, context);
  },
});
