import type { Command } from 'commander';
import { showFacts } from '../report/run/visits.ts';
import { addConnectionOptions, addInventoryOptions, addLimitOption } from './options/common-options.ts';
import { type VisitFlags, visitPattern } from './run/visit.ts';

/** `runbook facts PATTERN`: what templates and conditions see under `facts`. */
export function addFactsCommand(command: Command, done: (status: number) => void): void {
  addConnectionOptions(addLimitOption(addInventoryOptions(command.argument('<pattern>')))).action(
    async (pattern: string, flags: VisitFlags) => {
      done(await visitPattern(pattern, flags, showFacts(flags.output, process.stdout)));
    },
  );
}
