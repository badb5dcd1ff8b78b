import type { Catalogue } from '../../modules/base/catalogue.ts';
import { type Report, startReport } from '../../report/report.ts';
import type { Mode } from '../../run/base/events.ts';
import type { RunOptions } from '../../run/run-options.ts';
import { type RunResult, run } from '../../run/run.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { digestCacheFile } from '../base/digest-cache-file.ts';
import { EXIT } from '../base/exit-status.ts';
import { journalFolder } from '../base/journal-folder.ts';
import type { ConnectionFlags } from '../options/common-options.ts';
import { targetSettings } from '../options/flag-values.ts';
import { interruptions } from './interruptions.ts';
import { shownCommand } from './shown-command.ts';

/** The options of a run that differ between commands. */
export type Performance = Pick<
  RunOptions,
  | 'mode'
  | 'playbook'
  | 'inventory'
  | 'limit'
  | 'slice'
  | 'selection'
  | 'startAtTask'
  | 'askBefore'
  | 'extra'
  | 'fallback'
  | 'lock'
  | 'approval'
  | 'resume'
  | 'vault'
  | 'isCheckOnly'
> & { readonly access: ControllerAccess; readonly modules: Catalogue };

type ReportFlags = Pick<ConnectionFlags, 'output' | 'verbose'> & {
  readonly extraVars: readonly string[];
  readonly profile?: true;
  readonly step?: true;
  /** Digest of the inputs of the run, for the journal. */
  readonly inputs?: string;
};

/** Starts the report of a play or plan. */
export function runReport(mode: Mode, diff: boolean, flags: ReportFlags): Report {
  return startReport({
    // Live rows would overwrite the questions of --step.
    format: flags.output === 'auto' && flags.step === true ? 'plain' : flags.output,
    mode,
    diff,
    verbosity: flags.verbose,
    stdout: process.stdout,
    stderr: process.stderr,
    journal: journalFolder(),
    command: shownCommand(process.argv.slice(2), flags.extraVars),
    inputs: flags.inputs,
    profile: flags.profile === true,
    asks: flags.step === true,
  });
}

/** Runs a playbook, passes its events to the report, and handles Ctrl-C meanwhile. */
export async function performRun(
  { access, modules, ...performance }: Performance,
  flags: ConnectionFlags,
  report: Report,
): Promise<RunResult> {
  const signs = interruptions(process.stderr);
  try {
    return await run({
      ...performance,
      forks: flags.forks,
      silenceMs: flags.silence === undefined ? undefined : flags.silence * 1000,
      lookTimeoutMs: flags.lookTimeout * 1000,
      settings: targetSettings(flags, access),
      module: (name) => modules.module(name),
      emit: (event) => {
        if (event.type === 'run_started') signs.begin();
        report.emit(event);
      },
      live: report.live,
      interrupt: signs.first,
      kill: signs.second,
      digestCache: digestCacheFile(),
    });
  } finally {
    signs.stop();
    await report.finish();
  }
}

/**
 * Returns the exit status of a run. An interruption counts before failures, and failures before unreachable hosts.
 * `detailed`: a plan with changes, or with unknown tasks, gives 2 as well.
 */
export function statusOf(
  result: Pick<RunResult, 'recap' | 'stopped' | 'interrupted'>,
  mode: Mode,
  detailed: boolean,
): number {
  if (result.interrupted) return EXIT.interrupted;
  if (result.recap.some((host) => host.failed > 0)) return EXIT.failed;
  if (result.recap.some((host) => host.unreachable)) return EXIT.unreachable;
  if (result.stopped !== undefined) return EXIT.failed;
  if (mode === 'plan' && detailed && result.recap.some((host) => host.changed + host.unknown > 0)) return EXIT.failed;
  return EXIT.ok;
}
