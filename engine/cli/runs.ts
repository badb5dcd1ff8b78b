import { type Command, InvalidArgumentError, Option } from 'commander';
import { type RunHistory, type RunOutcome, latestRun, listRuns, readRun } from '../report/journal/run-history.ts';
import { printRun, printRuns, printTimes, warnOfOthers } from '../report/journal/runs.ts';
import { openOutput } from '../report/text/output.ts';
import { EXIT } from './base/exit-status.ts';
import { journalFolder } from './base/journal-folder.ts';
import { positive } from './options/common-options.ts';

const FORMATS = ['text', 'json', 'markdown', 'junit', 'github'] as const;
type Format = (typeof FORMATS)[number];

export function addRunsCommand(command: Command, done: (status: number) => void): void {
  command
    .option('-n, --number <count>', 'show at most this many runs, the last ones', positive, 20)
    .action((flags: { readonly number: number }) => {
      printRuns(listRuns(journalFolder()).slice(0, flags.number), process.stdout);
      done(EXIT.ok);
    });
  command
    .command('show')
    .description('show what a run did, how far it came and which handlers are owed')
    .argument('[run]', 'the id of the run, or a part of the id (default: the last run)')
    .option('--profile', 'list its slowest tasks instead')
    .addOption(new Option('--format <format>', FORMATS.join(', ')).choices(FORMATS).default('text').argParser(format))
    .action(async (id: string | undefined, flags: { readonly format: Format; readonly profile?: true }) => {
      const run = id === undefined ? latestRun(journalFolder()) : readRun(journalFolder(), id);
      if (flags.profile === true) printTimes(run, process.stdout);
      else if (flags.format === 'text') printRun(run, process.stdout);
      else openOutput(process.stdout).write(await exported(run, flags.format));
      done(EXIT.ok);
    });
}

async function exported(run: RunHistory, format: Exclude<Format, 'text'>): Promise<string> {
  const { readRecord } = await import('../report/journal/read-record.ts');
  const { exportFinish } = await import('../report/export/formats.ts');
  const { exportOptions } = await import('./run/closing.ts');
  warnOfOthers(run, process.stderr);
  const record = readRecord(journalFolder(), run);
  const [command = 'play'] = run.command;
  const finish = { command, playbook: run.playbook, exitStatus: statusOf(run.outcome), record, problems: [] };
  return exportFinish(finish, format, exportOptions());
}

/** Returns the exit status of a run from its journal; null if it is still running or was killed. */
function statusOf(outcome: RunOutcome): number | null {
  switch (outcome) {
    case 'ok':
      return EXIT.ok;
    case 'failed':
    case 'stopped':
      return EXIT.failed;
    case 'unreachable':
      return EXIT.unreachable;
    case 'interrupted':
      return EXIT.interrupted;
    case 'running':
    case 'killed':
      return null;
    default:
      throw new Error(`unknown outcome ${String(outcome satisfies never)}`);
  }
}

function format(value: string): Format {
  const known = FORMATS.find((one) => one === value);
  if (known === undefined) throw new InvalidArgumentError(`It must be one of: ${FORMATS.join(', ')}.`);
  return known;
}
