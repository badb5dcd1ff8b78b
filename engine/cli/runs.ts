import { type Command, InvalidArgumentError, Option } from 'commander';
import { DRIFT_FORMATS } from '../report/drift-report.ts';
import { type RunHistory, type RunOutcome, latestRun, listRuns, readRun } from '../report/journal/run-history.ts';
import { printRun, printRuns, printTimes, warnOfOthers } from '../report/journal/runs.ts';
import { openOutput } from '../report/text/output.ts';
import { EXIT } from './base/exit-status.ts';
import { journalFolder } from './base/journal-folder.ts';
import { addClosingOptions, addEventsOption } from './options/closing-options.ts';
import { positive } from './options/common-options.ts';
import type { MergeFlags } from './run/run-merge.ts';

const FORMATS = ['text', 'json', 'markdown', 'junit', 'github'] as const;
type Format = (typeof FORMATS)[number];

/**
 * Adds `runbook runs`, which lists the recorded runs, and `runbook runs show [RUN]`. `done` gets the exit status of the
 * command.
 */
export function addRunsCommand(command: Command, done: (status: number) => void): void {
  command
    .option('-n, --number <count>', 'show at most this many runs, the last ones', positive, 20)
    .action((flags: { readonly number: number }) => {
      printRuns(listRuns(journalFolder()).slice(0, flags.number), process.stdout);
      done(EXIT.ok);
    });
  command
    .command('show')
    .description('show the results of a run, how far it came, and the handlers that it owes')
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
  addMergeCommand(command, done);
}

function addMergeCommand(command: Command, done: (status: number) => void): void {
  const merge = command
    .command('merge')
    .description('show the slices of a run as one run, from their journals and files of --events in a folder')
    .argument('<folder>', 'the folder; its folders are searched too')
    .option('--slice-run <name>', 'only slices of the run with this name')
    .option('--wait <seconds>', 'wait up to this many seconds until all slices have ended', positive)
    .option('-v, --verbose', 'show more: tasks in sync, results, outputs', (_: string, count: number) => count + 1, 0)
    .addOption(
      new Option('--output <format>', 'plain, or json (one object per line)')
        .choices(['plain', 'json'])
        .default('plain'),
    )
    .addOption(
      new Option('--format <format>', `the format of drift: ${DRIFT_FORMATS.join(', ')} (default: text)`).choices(
        DRIFT_FORMATS,
      ),
    )
    .option('--detailed-exitcode', 'if the run is a plan: exit with 2 if there are changes');
  addEventsOption(addClosingOptions(merge)).action(async (folder: string, flags: MergeFlags) => {
    const { runMergeCommand } = await import('./run/run-merge.ts');
    done(await runMergeCommand(folder, flags));
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
