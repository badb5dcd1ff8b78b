import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Request, predict } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { MASK, Secret } from '../values/base/secret.ts';
import { Unknown } from '../values/base/value.ts';
import { secretText, text } from './base/arguments.ts';
import { type Context, defineModule } from './base/module.ts';
import { finishCommand, meaning, unknownResult } from './command/command-result.ts';

const schema = z.strictObject({
  check: secretText().describe(
    'Shell text that only looks. Exit status 0: there is nothing to do. It runs in a plan too, may run early, and again.',
  ),
  apply: text().describe(
    'Shell text that brings it about. It runs only if check ends with another status than 0, and check is asked again after it.',
  ),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'check',
  summary: 'Bring something about by a command, if another command tells that it is needed.',
  arguments: schema,
  examples: ["check: '! swapon --noheadings --show | grep -q .'\napply: swapoff -a"],
  observes: (args, _loaded, context) => [questionOf(args, context)],
  plan(args, _loaded, seen, context) {
    const question = questionOf(args, context);
    const { status, stderr } = seen.of(question);
    const certainty = seen.certainty(question);
    if (status === 0)
      return { kind: 'in_sync', result: { rc: 0, stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] } };
    // Such a status is no answer: the question itself could not be asked.
    if (certainty === 'certain' && (status === 126 || status === 127 || status > 128)) {
      return {
        kind: 'impossible',
        what: `check ended with exit status ${status}${meaning(status)}`,
        ...(stderr === undefined || stderr.trim() === '' ? {} : { why: stderr.trim() }),
        remedy:
          'A check exits 0 where there is nothing to do, and 1 where there is. Make it work on a host where nothing is installed yet.',
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
        remedy: 'See whether check asks for what apply brings about, and whether apply told an error.',
      },
      touches: 'everything',
      planned: unknownResult('a command that has not run yet'),
      apply: () => {
        if (apply instanceof Unknown) throw new Error('a command that is not known cannot be run');
        // `eval` keeps the text, which may be secret, out of every process's arguments.
        return { script: `${context.preamble}eval ${quote(revealed(apply))}\n`, finish: finishCommand };
      },
    };
  },
});

function questionOf(args: Arguments, context: Context): Request<ProbeDetail, ProbeState> {
  return probe(`${context.preamble}${revealed(args.check)}`);
}

function revealed(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
