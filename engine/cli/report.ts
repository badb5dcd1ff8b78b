import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { latestRun, readRun } from '../report/journal/run-history.ts';
import { warnOfOthers } from '../report/journal/runs.ts';
import { openOutput } from '../report/text/output.ts';
import { isTerminal } from '../report/text/paint.ts';
import { EXIT } from './base/exit-status.ts';
import { journalFolder } from './base/journal-folder.ts';

/**
 * Adds `runbook report [RUN]`: writes a recorded run as one HTML page. `done` gets the exit status. The command throws
 * Problem if there is no such run, or if the page would be printed on a terminal.
 */
export function addReportCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('[run]', 'the id of the run, or a part of the id (default: the last run)')
    .option('-o, --out <file>', 'write the page to this file (default: to stdout)')
    .addHelpText('after', '\nExample:\n  runbook report >run.html\n')
    .action(async (id: string | undefined, flags: { readonly out?: string }) => {
      if (flags.out === undefined && isTerminal(process.stdout)) throw noPlace();
      const run = id === undefined ? latestRun(journalFolder()) : readRun(journalFolder(), id);
      warnOfOthers(run, process.stderr);
      const page = await pageOf(run);
      if (flags.out === undefined) openOutput(process.stdout).write(page);
      else (await import('../report/export/write-report.ts')).writeReport(flags.out, page, false);
      done(EXIT.ok);
    });
}

async function pageOf(run: ReturnType<typeof readRun>): Promise<string> {
  const { readRecord } = await import('../report/journal/read-record.ts');
  const { runPage } = await import('../report/page/run-page.ts');
  const record = readRecord(journalFolder(), run);
  if (record !== undefined) return runPage(record);
  throw new Problem({ code: 'no-such-run', what: `The journal of the run ${run.id} cannot be read any more` });
}

function noPlace(): Problem {
  return new Problem({
    code: 'page-on-terminal',
    what: 'The report is a page for a browser, and stdout is a terminal',
    remedy: 'Write it to a file: runbook report -o run.html',
  });
}
