import { randomBytes } from 'node:crypto';
import { relative, resolve } from 'node:path';
import { Problem, Problems } from '../../errors/problem.ts';
import type { ExportOptions, RunListener } from '../../report/export/formats.ts';
import type { Finish } from '../../report/export/run-summary.ts';
import type { EventsFile } from '../../report/journal/events-file.ts';
import { printNotes } from '../../report/listing/vault.ts';
import { forgeLinks } from '../../report/plan/forge-links.ts';
import type { Report } from '../../report/report.ts';
import { openOutput } from '../../report/text/output.ts';
import { EXIT } from '../base/exit-status.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { ClosingFlags, WantedReport } from '../options/closing-options.ts';
import type { ConnectionFlags } from '../options/common-options.ts';
import { topOf } from '../options/standing.ts';

/** The name of a command in reports, and its playbook. */
interface Closed {
  readonly command: string;
  readonly playbook: string;
  /** Numbers of hosts, if they differ from those of the run. Called at the end. */
  readonly counts?: () => Finish['counts'];
}

/** Makes a report also collect what the reports at the end of the command need. */
export type Watch = (report: Report) => Report;

/**
 * Runs a command, then writes the reports and runs the command of --on-finish, even if mistakes kept the first command
 * from starting. Throws Problem before anything is run if a report cannot be written.
 */
export async function withClosing(
  flags: ClosingFlags & Pick<ConnectionFlags, 'output'>,
  closed: Closed,
  run: (watch: Watch) => Promise<number>,
): Promise<number> {
  if (flags.events === undefined) return withReports(flags, closed, run);
  const { openEvents } = await import('../../report/journal/events-file.ts');
  const events = openEvents(flags.events, [closed.command, closed.playbook], (text) =>
    printNotes([text], process.stderr),
  );
  return withReports(flags, closed, (watch) => run((report) => watched(watch(report), events)));
}

async function withReports(
  flags: ClosingFlags & Pick<ConnectionFlags, 'output'>,
  closed: Closed,
  run: (watch: Watch) => Promise<number>,
): Promise<number> {
  if (flags.report.length === 0 && flags.onFinish === undefined) return run((report) => report);
  const { RunListener } = await import('../../report/export/formats.ts');
  const { checkWritable } = await import('../../report/export/write-report.ts');
  for (const { file } of flags.report) if (file !== undefined) checkWritable(file);
  if (flags.output === 'json' && flags.report.some(({ file }) => file === undefined)) throw twoOnStdout();
  const listener = new RunListener(flags.report.some(({ format }) => format === 'markdown'));
  const quiet = quietRunner(flags.report);
  quiet.begin();
  try {
    const status = await run((report) => watched(report, listener));
    quiet.end();
    await close(flags, closed, { listener, exitStatus: status, problems: [] });
    return status;
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : error instanceof Problem ? [error] : undefined;
    if (problems === undefined) throw error;
    quiet.end();
    await close(flags, closed, { listener, exitStatus: EXIT.problem, problems });
    throw error;
  }
}

/** Makes a report also pass its events to a listener. */
function watched(report: Report, listener: Pick<RunListener, 'note'> & Partial<Pick<EventsFile, 'end'>>): Report {
  return {
    emit: (event, at = new Date()) => {
      listener.note(event, at);
      report.emit(event, at);
    },
    live: report.live,
    finish: () => {
      listener.end?.();
      return report.finish();
    },
  };
}

interface Result {
  readonly listener: RunListener;
  readonly exitStatus: number;
  readonly problems: readonly Problem[];
}

async function close({ report, onFinish }: ClosingFlags, closed: Closed, result: Result): Promise<void> {
  const { listener, exitStatus, problems } = result;
  const { command, playbook, counts } = closed;
  const finish = { command, playbook, exitStatus, record: listener.record(), problems, counts: counts?.() };
  // Nothing was run, for example with --list-hosts.
  if (finish.record === undefined && problems.length === 0) return;
  for (const wanted of report) await writeWanted(wanted, finish, listener);
  if (onFinish === undefined) return;
  const { runOnFinish } = await import('./on-finish.ts');
  const { runSummary } = await import('../../report/export/run-summary.ts');
  const why = await runOnFinish(onFinish, runSummary(finish));
  if (why !== undefined) printNotes([`warning: the command of --on-finish failed: ${why}.`], process.stderr);
}

async function writeWanted(wanted: WantedReport, finish: Finish, listener: RunListener): Promise<void> {
  const { file } = wanted;
  const { writeReport } = await import('../../report/export/write-report.ts');
  const text = await textOf(wanted, finish, listener);
  // A page needs a run.
  if (text === undefined) return;
  if (file === undefined) return openOutput(process.stdout).write(text);
  try {
    writeReport(file, text, file === process.env['GITHUB_STEP_SUMMARY']);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    printNotes([`warning: ${error.what}: ${error.why ?? ''}`], process.stderr);
  }
}

async function textOf({ format }: WantedReport, finish: Finish, listener: RunListener): Promise<string | undefined> {
  const { record } = finish;
  if (format === 'html')
    return record === undefined ? undefined : (await import('../../report/page/run-page.ts')).runPage(record);
  const { exportFinish } = await import('../../report/export/formats.ts');
  const options = exportOptions();
  return format === 'markdown' && record?.mode === 'plan'
    ? listener.planMarkdown(record, ENGINE_VERSION, options.link)
    : exportFinish(finish, format, options);
}

/** Returns how reports refer to places: with links of the forge, and with paths from the top of the repository. */
export function exportOptions(): ExportOptions {
  const folder = process.cwd();
  const top = process.env['GITHUB_WORKSPACE'] ?? topOf(folder) ?? folder;
  const prefix = relative(topOf(folder) ?? folder, folder);
  return {
    link: forgeLinks(process.env, prefix === '' ? '' : `${prefix}/`),
    path: (file) => {
      const within = relative(top, resolve(folder, file));
      return within.startsWith('..') ? file : within;
    },
  };
}

function twoOnStdout(): Problem {
  return new Problem({
    code: 'two-on-stdout',
    what: '--output json and --report github would both go to stdout',
    remedy: 'Give the report a file: --report github=FILE, and print the file in a later step.',
  });
}

/**
 * Keeps the runner of GitHub Actions from reading output of hosts as commands, if annotations will be written to
 * stdout.
 */
function quietRunner(reports: readonly WantedReport[]): { readonly begin: () => void; readonly end: () => void } {
  const isMeant =
    process.env['GITHUB_ACTIONS'] === 'true' &&
    reports.some(({ format, file }) => format === 'github' && file === undefined);
  if (!isMeant) return { begin: () => undefined, end: () => undefined };
  const token = randomBytes(16).toString('hex');
  const say = (text: string): void => openOutput(process.stdout).write(`${text}\n`);
  return { begin: () => say(`::stop-commands::${token}`), end: () => say(`::${token}::`) };
}
