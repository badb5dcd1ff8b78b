import type { Command } from 'commander';
import { showFacts } from '../report/run/visits.ts';
import { addConnectionOptions, addInventoryOptions, addLimitOption } from './options/common-options.ts';
import { type VisitFlags, visitPattern } from './run/visit.ts';

/** Adds `runbook facts PATTERN`: prints the values that templates and conditions have under `facts`. */
export function addFactsCommand(command: Command, done: (status: number) => void): void {
  addConnectionOptions(addLimitOption(addInventoryOptions(command.argument('<pattern>')))).action(
    async (pattern: string, flags: VisitFlags) => {
      done(await visitPattern(pattern, flags, showFacts(flags.output, process.stdout)));
    },
  );
}
