import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { splitWords } from '../connection/base/split-words.ts';
import { Unknown } from '../values/base/value.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { belowChdir, exactlyOne, openText } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { planRun, runArguments, runRequests } from './command/command-run.ts';
import { namedInCommand } from './command/named-in-command.ts';

const schema = exactlyOne(
  belowChdir(
    z.strictObject({
      cmd: openText()
        .optional()
        .describe(
          'The command line. A text in quotes is one word. No shell reads the line, so $, | and > have no special meaning.',
        ),
      argv: z.array(openText()).min(1).optional().describe('The command and its arguments as a list.'),
      ...runArguments,
    }),
    ['creates', 'removes'],
  ),
  ['cmd', 'argv'],
);
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'command',
  summary: 'Run a command, without a shell.',
  arguments: schema,
  freeForm: 'cmd',
  foreign: {
    warn: idle('runbook has no such warnings.'),
    free_form: 'Write the text directly after the name of the module, or in cmd.',
    expand_argument_vars: idleAs([false], 'Write shell: for a text with variables of the shell.'),
    strip_empty_ends: idleAs([true], 'Leave it out: line ends at the end of an output are always removed.'),
  },
  examples: [
    'command: etcdctl member promote 8e9e05c52164694d',
    'command: { argv: [tar, -xzf, /opt/etcd.tar.gz], chdir: /opt, creates: /opt/etcd/etcd }',
  ],
  observes: (args) => runRequests(args),
  names: ({ cmd, argv, chdir }) => namedInCommand([cmd, ...(argv ?? [])], chdir),
  plan(args, _loaded, seen, context) {
    const words = wordsOf(args);
    if (words === undefined)
      return {
        kind: 'impossible',
        what: 'the command line has a quote or a backslash that is left open',
        remedy: 'Close it, or give the words as a list: argv.',
      };
    if (words instanceof Unknown) return planRun(args, { shown: words, cmd: words, script: undefined }, seen, context);
    if (words.length === 0)
      return {
        kind: 'impossible',
        what: 'the command line is empty',
        remedy: 'Write the command after the name of the module, or in cmd.',
      };
    const line = words.map(quote).join(' ');
    // `exec` runs the program itself. The shell has commands of the same names that act differently (echo) or that
    // change only the shell (cd, export, exit).
    return planRun(args, { shown: line, cmd: words, script: `exec ${line}` }, seen, context);
  },
});

function wordsOf(args: Arguments): readonly string[] | Unknown | undefined {
  if (args.cmd !== undefined) return args.cmd instanceof Unknown ? args.cmd : splitWords(args.cmd);
  const words: string[] = [];
  for (const word of args.argv ?? []) {
    if (word instanceof Unknown) return word;
    words.push(word);
  }
  return words;
}
