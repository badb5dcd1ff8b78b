import type { Command } from 'commander';
import { showPings } from '../report/run/visits.ts';
import { addConnectionOptions, addInventoryOptions, addLimitOption } from './options/common-options.ts';
import { type VisitFlags, visitPattern } from './run/visit.ts';

/** `runbook ping PATTERN`: can the hosts be reached, and who are they? */
export function addPingCommand(command: Command, done: (status: number) => void): void {
  addConnectionOptions(addLimitOption(addInventoryOptions(command.argument('<pattern>')))).action(
    async (pattern: string, flags: VisitFlags) => {
      done(await visitPattern(pattern, flags, showPings(flags.output, flags.verbose, process.stdout)));
    },
  );
}
