import type { Command } from 'commander';
import { showPings } from '../report/run/visits.ts';
import { addConnectionOptions, addInventoryOptions, addLimitOption } from './options/common-options.ts';
import { type VisitFlags, visitPattern } from './run/visit.ts';

/** Adds `runbook ping PATTERN`: shows which hosts can be reached, and what they are. */
export function addPingCommand(command: Command, done: (status: number) => void): void {
  addConnectionOptions(addLimitOption(addInventoryOptions(command.argument('<pattern>')))).action(
    async (pattern: string, flags: VisitFlags) => {
      done(await visitPattern(pattern, flags, showPings(flags.output, flags.verbose, process.stdout)));
    },
  );
}
