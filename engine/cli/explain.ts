import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { explanation, explainedNames } from '../report/reference/explanation.ts';
import { openOutput } from '../report/text/output.ts';
import { didYouMean } from '../values/language/suggest.ts';
import { EXIT } from './base/exit-status.ts';

const EXAMPLES = `
Examples:
  runbook explain unquoted-mode
  runbook explain latest-version
  runbook explain                  # all names
`;

/** Adds `runbook explain NAME`: explains the code of an error or a rule of lint. */
export function addExplainCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('[code]', 'the code of an error, or the name of a rule (default: the list of all)')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined) => {
      const stdout = openOutput(process.stdout);
      if (name === undefined) stdout.write(`${explainedNames().join('\n')}\n`);
      else stdout.write(`${linesFor(name).join('\n')}\n`);
      await stdout.drained();
      done(EXIT.ok);
    });
}

function linesFor(name: string): readonly string[] {
  const lines = explanation(name);
  if (lines !== undefined) return lines;
  throw new Problem({
    code: 'unknown-code',
    what: `there is no error or rule "${name}"`,
    remedy: didYouMean(name, explainedNames()) ?? 'See `runbook explain` for all of them.',
  });
}
