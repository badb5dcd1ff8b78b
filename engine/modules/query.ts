import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Request } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { Secret } from '../values/base/secret.ts';
import { path, secretText } from './base/arguments.ts';
import { defineModule, type Context } from './base/module.ts';
import { commandResult, meaning } from './command/command-result.ts';

const schema = z.strictObject({
  cmd: secretText().describe(
    'Shell text that changes nothing. It also runs in a plan, and may run early and several times.',
  ),
  chdir: path().optional().describe('The directory in which the command runs.'),
  volatile: z
    .boolean()
    .default(false)
    .describe(
      'Whether earlier changes, also on other hosts, affect the answer. If earlier tasks change the host, a plan then reports the answer as unknown.',
    ),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'query',
  summary: 'Run a command that changes nothing and use its answer, also in a plan.',
  arguments: schema,
  freeForm: 'cmd',
  examples: ['query: etcdctl member list -w json'],
  observes: (args, _loaded, context) => [questionOf(args, context)],
  plan(args, _loaded, seen, context) {
    const question = questionOf(args, context);
    const { status, stdout, stderr } = seen.of(question);
    if (stdout === undefined) return { kind: 'cannot_know', because: 'an earlier change' };
    if (args.volatile && seen.certainty(question) === 'after_change')
      return { kind: 'cannot_know', because: 'earlier changes decide what the command answers' };
    const result = commandResult(status, stdout, stderr ?? '');
    if (status === 0) return { kind: 'in_sync', result };
    // An earlier task may still make the thing that the command asks about.
    if (seen.certainty(question) === 'after_change')
      return { kind: 'cannot_know', because: 'the command fails now, but may succeed after an earlier change' };
    return { kind: 'in_sync', result, failure: `the command ended with exit status ${status}${meaning(status)}` };
  },
});

function questionOf(args: Arguments, context: Context): Request<ProbeDetail, ProbeState> {
  const text = args.cmd instanceof Secret ? args.cmd.reveal() : args.cmd;
  return probe(`${context.preamble}${args.chdir === undefined ? '' : `cd -- ${quote(args.chdir)} || exit\n`}${text}`);
}
