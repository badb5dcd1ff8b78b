import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../errors/problem.ts';
import { type DriftFormat, startDriftReport } from '../../report/drift-report.ts';
import { printNotes } from '../../report/listing/vault.ts';
import { type Report, startReport } from '../../report/report.ts';
import { findSlices } from '../../report/slices/find-slices.ts';
import { type Merged, mergeSlices } from '../../report/slices/merge-slices.ts';
import { oneRun } from '../../report/slices/one-run.ts';
import { printSlices } from '../../report/slices/slices-text.ts';
import { runIdAt } from '../../run/base/run-id.ts';
import { EXIT } from '../base/exit-status.ts';
import { journalFolder } from '../base/journal-folder.ts';
import type { ClosingFlags } from '../options/closing-options.ts';
import { type Watch, exportOptions, withClosing } from './closing.ts';
import { statusOf } from './perform-run.ts';
import { driftStatus } from './run-drift.ts';

/** Options of `runs merge`, as they were given. */
export interface MergeFlags extends ClosingFlags {
  readonly sliceRun?: string;
  readonly output: 'plain' | 'json';
  readonly verbose: number;
  readonly format?: DriftFormat;
  readonly detailedExitcode?: true;
  /** Seconds to wait for slices that have not ended. */
  readonly wait?: number;
}

/**
 * Runs `runbook runs merge`: makes one run of the slices in a folder, shows it as the command of the slices would, and
 * writes a journal if it is a play. Returns the exit status that one run of all hosts would have had. A slice that is
 * missing or was killed counts as a failure.
 */
export async function runMergeCommand(folder: string, flags: MergeFlags): Promise<number> {
  const { merged, whole } = await ended(folder, flags);
  if (whole > 0) printNotes([`Runs without slices in ${folder} are left out: ${whole}`], process.stderr);
  const [{ command: given, started }] = merged.slices;
  const command = given[0] ?? started.mode;
  const isText = flags.output !== 'json' && (flags.format ?? 'text') === 'text';
  printSlices(merged, isText ? process.stdout : process.stderr);
  return withClosing(flags, { command, playbook: started.playbook }, (watch) =>
    command === 'drift' ? showDrift(merged, flags, watch) : showRun(merged, flags, { watch, folder }),
  );
}

interface Found {
  readonly merged: Merged;
  readonly whole: number;
}

const POLL_MS = 2000;

/** Resolves to the slices when all have ended, or when the time to wait is over. Throws Problem as `oneRun` does. */
async function ended(folder: string, { sliceRun, wait = 0 }: MergeFlags): Promise<Found> {
  const until = performance.now() + wait * 1000;
  for (;;) {
    const found = tryFind(folder, sliceRun);
    const left = until - performance.now();
    if (!(found instanceof Problem) && found.merged.stopped === undefined) return found;
    if (left <= 0) {
      if (found instanceof Problem) throw found;
      return found;
    }
    await sleep(Math.min(left, POLL_MS));
  }
}

/** Returns the Problem if there is no slice yet. */
function tryFind(folder: string, sliceRun: string | undefined): Found | Problem {
  try {
    const { runs, whole } = findSlices(folder);
    return { merged: mergeSlices(oneRun(folder, runs, sliceRun)), whole };
  } catch (error) {
    if (error instanceof Problem && ['no-slices', 'file-not-found'].includes(error.code)) return error;
    throw error;
  }
}

async function showRun(
  merged: Merged,
  flags: MergeFlags,
  { watch, folder }: { readonly watch: Watch; readonly folder: string },
): Promise<number> {
  const { mode } = merged.slices[0].started;
  const report = startReport({
    format: flags.output,
    mode,
    diff: false,
    verbosity: flags.verbose,
    stdout: process.stdout,
    stderr: process.stderr,
    journal: journalFolder(),
    command: ['runs', 'merge', folder],
  });
  await replay(merged, watch(report));
  return statusOf(resultOf(merged), mode, flags.detailedExitcode === true);
}

async function showDrift(merged: Merged, flags: MergeFlags, watch: Watch): Promise<number> {
  const report = startDriftReport({
    format: flags.format ?? (flags.output === 'json' ? 'json' : 'text'),
    live: false,
    verbosity: flags.verbose,
    stdout: process.stdout,
    link: exportOptions().link,
  });
  await replay(merged, watch(report));
  const status = driftStatus(resultOf(merged), report.drift());
  return status === EXIT.ok && merged.stopped !== undefined ? EXIT.failed : status;
}

function resultOf({ slices, recap, stopped }: Merged): Parameters<typeof statusOf>[0] {
  return {
    recap,
    stopped,
    interrupted: slices.some(({ end }) => end.kind === 'ended' && end.stopped === 'interrupted'),
  };
}

/** Gives the events of all slices to a report, under a new id. */
async function replay({ events }: Merged, report: Report): Promise<void> {
  const runId = runIdAt(new Date());
  for (const { event, at } of events) report.emit(event.type === 'run_started' ? { ...event, runId } : event, at);
  await report.finish();
}
