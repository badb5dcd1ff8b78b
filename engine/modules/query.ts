import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { splitWords } from '../connection/base/split-words.ts';
import type { Request } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { revealed } from '../values/base/revealed.ts';
import { UNWRITTEN, boolean, exactlyOne, path, secretText } from './base/arguments.ts';
import { defineModule, type Context } from './base/module.ts';
import { commandResult, meaning } from './command/command-result.ts';

/** The command line of a `command` that is treated as a query. It is split into words as `command` does it. */
const commandLine = secretText().meta({ [UNWRITTEN]: true });

const looking = z.strictObject({
  cmd: secretText()
    .optional()
    .describe('Shell text that changes nothing. It also runs in a plan, and may run early and several times.'),
  argv: z
    .union([z.array(secretText()).min(1), commandLine])
    .optional()
    .describe('The command and its arguments as a list, in place of cmd. No shell reads them.'),
  chdir: path().optional().describe('The directory in which the command runs.'),
  volatile: boolean()
    .default(false)
    .describe(
      'Whether earlier changes, also on other hosts, affect the answer. If true, and an earlier task would change something, the answer is unknown in a plan.',
    ),
});
const schema = exactlyOne(looking, ['cmd', 'argv']);
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'query',
  summary: 'Run a command that changes nothing and use its answer, also in a plan.',
  arguments: schema,
  freeForm: 'cmd',
  examples: ['query: etcdctl member list -w json', 'query: { argv: [getent, passwd, "{{user}}"] }'],
  observes(args, _loaded, context) {
    const question = questionOf(args, context);
    return question === undefined ? [] : [question];
  },
  plan(args, _loaded, seen, context) {
    const question = questionOf(args, context);
    if (question === undefined)
      return {
        kind: 'impossible',
        what: 'the command line is empty, or has a quote or a backslash that is left open',
        remedy: 'Write the command, or give the words as a list: argv.',
      };
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

/**
 * Returns the request for the answer; undefined if the command line has no words, or has a quote that is not closed.
 */
function questionOf(args: Arguments, context: Context): Request<ProbeDetail, ProbeState> | undefined {
  const text = args.cmd === undefined ? programOf(args) : revealed(args.cmd);
  if (text === undefined) return undefined;
  return probe(`${context.preamble}${args.chdir === undefined ? '' : `cd -- ${quote(args.chdir)} || exit\n`}${text}`);
}

/**
 * Returns shell text that runs the words. `exec` runs the program, and not a command of the shell with the same name.
 */
function programOf({ argv = [] }: Arguments): string | undefined {
  const words = Array.isArray(argv) ? argv.map(revealed) : splitWords(revealed(argv));
  return words === undefined || words.length === 0 ? undefined : `exec ${words.map(quote).join(' ')}`;
}
