import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import { Unknown } from '../values/value.ts';
import { openText, path } from './arguments.ts';
import { planRun, runArguments, runRequests } from './command-run.ts';
import { defineModule } from './module.ts';

const schema = z.strictObject({
  cmd: openText().describe('The shell text.'),
  executable: path().default('/bin/sh').describe('The shell that runs it.'),
  ...runArguments,
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'shell',
  summary: 'Run shell text.',
  arguments: schema,
  freeForm: 'cmd',
  examples: ['shell: { cmd: "kubectl get nodes | wc -l", chdir: /root }'],
  observes: (args) => runRequests(args),
  plan: (args, _loaded, seen, context) =>
    planRun(args, args.cmd, args.cmd instanceof Unknown ? undefined : `${quote(args.executable)} -c ${quote(args.cmd)}`, seen, context),
});
