import { startDriftReport } from '../../report/drift-report.ts';
import { type Drift, driftCounts } from '../../report/drift/drift.ts';
import { printNotes } from '../../report/listing/vault.ts';
import type { RunResult } from '../../run/run.ts';
import { EXIT } from '../base/exit-status.ts';
import { becomeFallback } from '../options/become-fallback.ts';
import type { DriftFlags } from '../options/common-options.ts';
import { sliceOf } from '../options/slice.ts';
import { refuseUnknownTags } from '../options/unknown-tags.ts';
import { withAnswers } from './ask-variables.ts';
import { exportOptions, withClosing } from './closing.ts';
import { performRun } from './perform-run.ts';
import { prepareRun } from './prepare-run.ts';

/**
 * Runs `runbook drift`: makes a plan and shows it by task and by host. Returns the exit status, the first that applies:
 * 130 if interrupted, 2 if a host has drifted for certain or a task could not be planned, 4 if a host could not be
 * reached, 2 if the run stopped early, 0.
 */
export function runDriftCommand(playbookFile: string, flags: DriftFlags): Promise<number> {
  const report = startDriftReport({
    format: flags.format ?? (flags.output === 'json' ? 'json' : 'text'),
    live: flags.output === 'auto',
    verbosity: flags.verbose,
    stdout: process.stdout,
    link: exportOptions().link,
  });
  const closing = {
    output: flags.output,
    report: [],
    ...(flags.onFinish === undefined ? {} : { onFinish: flags.onFinish }),
    ...(flags.events === undefined ? {} : { events: flags.events }),
  };
  const counts = (): ReturnType<typeof countsOf> | undefined => {
    const drift = report.drift();
    return drift === undefined ? undefined : countsOf(drift);
  };
  return withClosing(closing, { command: 'drift', playbook: playbookFile, counts }, async (watch) => {
    const prepared = await withAnswers(await prepareRun(playbookFile, flags));
    const { playbook, inventory, extra, vault, modules, access } = prepared;
    const selection = { tags: flags.tags, skipTags: flags.skipTags };
    printNotes(refuseUnknownTags(playbook, selection), process.stderr);
    const fallback = await becomeFallback(flags);
    const { limit } = flags;
    const slice = sliceOf(flags);
    const result = await performRun(
      {
        mode: 'plan',
        playbook,
        inventory,
        limit,
        slice,
        selection,
        extra,
        vault,
        modules,
        access,
        fallback,
        lock: undefined,
      },
      flags,
      watch(report),
    );
    return driftStatus(result, report.drift());
  });
}

/** Returns the exit status of a drift. */
export function driftStatus(
  { interrupted, stopped }: Pick<RunResult, 'interrupted' | 'stopped'>,
  drift: Drift | undefined,
): number {
  if (interrupted || drift === undefined) return EXIT.interrupted;
  const counts = driftCounts(drift);
  if (counts.has('drifted') || counts.has('failed')) return EXIT.failed;
  if (counts.has('unreachable')) return EXIT.unreachable;
  return stopped === undefined ? EXIT.ok : EXIT.failed;
}

function countsOf(drift: Drift): ReadonlyMap<'changed' | Exclude<keyof typeof NAMES, 'drifted'>, number> {
  return new Map([...driftCounts(drift)].map(([status, count]) => [NAMES[status], count]));
}

/** The names in reports. */
const NAMES = {
  unreachable: 'unreachable',
  failed: 'failed',
  drifted: 'changed',
  unknown: 'unknown',
  'in sync': 'in sync',
} as const;
