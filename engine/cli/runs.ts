import type { Command } from 'commander';
import { listRuns, readRun } from '../report/journal/run-history.ts';
import { printRun, printRuns } from '../report/journal/runs.ts';
import { EXIT } from './base/exit-status.ts';
import { journalFolder } from './run/perform-run.ts';

export function addRunsCommand(command: Command, done: (status: number) => void): void {
  command
    .option('-n, --number <count>', 'show at most this many runs, the last ones', Number, 20)
    .action((flags: { readonly number: number }) => {
      printRuns(listRuns(journalFolder()).slice(0, flags.number), process.stdout);
      done(EXIT.ok);
    });
  command
    .command('show')
    .description('show what a run did, how far it came and which handlers are owed')
    .argument('<run>', 'the id of the run, or a part of the id')
    .action((id: string) => {
      printRun(readRun(journalFolder(), id), process.stdout);
      done(EXIT.ok);
    });
}
