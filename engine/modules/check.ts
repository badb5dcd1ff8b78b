import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Request, predict } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { revealed } from '../values/base/revealed.ts';
import { MASK, Secret } from '../values/base/secret.ts';
import { Unknown } from '../values/base/value.ts';
import { filledCommand, secretText, text } from './base/arguments.ts';
import { type Context, defineModule } from './base/module.ts';
import { finishCommand, meaning, unknownResult } from './command/command-result.ts';
import { namedInCommand } from './command/named-in-command.ts';

const schema = z.strictObject({
  check: filledCommand(secretText()).describe(
    'Shell text that changes nothing. Exit status 0 means that the host needs no change. It also runs in a plan, and may run early and several times.',
  ),
  apply: filledCommand(text()).describe(
    'Shell text that makes the change. It runs only if the exit status of check is not 0. Then check runs again.',
  ),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'check',
  summary: 'Make a change by a command, if another command says that the change is needed.',
  arguments: schema,
  examples: ["check: '! swapon --noheadings --show | grep -q .'\napply: swapoff -a"],
  observes: (args, _loaded, context) => [questionOf(args, context)],
  names: ({ apply }) => namedInCommand([apply]),
  plan(args, _loaded, seen, context) {
    const question = questionOf(args, context);
    const { status, stderr } = seen.of(question);
    const certainty = seen.certainty(question);
    if (status === 0)
      return { kind: 'in_sync', result: { rc: 0, stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] } };
    // These statuses mean that the check itself could not run.
    if (certainty === 'certain' && (status === 126 || status === 127 || status > 128)) {
      return {
        kind: 'impossible',
        what: `check ended with exit status ${status}${meaning(status)}`,
        ...(stderr === undefined || stderr.trim() === '' ? {} : { why: stderr.trim() }),
        remedy:
          'A check must exit with 0 if there is nothing to do, and with 1 otherwise. Make it work on a host where nothing is installed yet.',
      };
    }
    const { apply } = args;
    return {
      kind: 'change',
      differences: [
        { kind: 'command', text: apply instanceof Unknown ? 'a command that is known after an earlier change' : apply },
      ],
      certainty,
      predictions: [predict(question, { status: 0, stdout: undefined, stderr: undefined })],
      unsettled: {
        what: `apply was done, but check still says that it is needed: $ ${args.check instanceof Secret ? MASK : args.check}`,
        remedy: 'Look whether check tests the change that apply makes, and whether apply reported an error.',
      },
      touches: 'everything',
      planned: unknownResult('a command that has not run yet'),
      apply: () => {
        if (apply instanceof Unknown) throw new Error('a command that is not known cannot be run');
        // `eval` keeps the text, which may be secret, out of the arguments of every process.
        return { script: `${context.preamble}eval ${quote(revealed(apply))}\n`, talks: true, finish: finishCommand };
      },
    };
  },
});

function questionOf(args: Arguments, context: Context): Request<ProbeDetail, ProbeState> {
  return probe(`${context.preamble}${revealed(args.check)}`);
}
