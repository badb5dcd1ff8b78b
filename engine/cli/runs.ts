import type { Command } from 'commander';
import { listRuns, readRun } from '../report/journal/run-history.ts';
import { printRun, printRuns, printTimes } from '../report/journal/runs.ts';
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
    .option('--profile', 'list its slowest tasks instead')
    .action((id: string, flags: { readonly profile?: true }) => {
      const run = readRun(journalFolder(), id);
      if (flags.profile === true) printTimes(run, process.stdout);
      else printRun(run, process.stdout);
      done(EXIT.ok);
    });
}
