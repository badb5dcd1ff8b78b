import { createHash, scryptSync } from 'node:crypto';
import { Problem } from '../../errors/problem.ts';
import { printNotes } from '../../report/listing/vault.ts';
import type { Mode } from '../../run/base/events.ts';
import type { Resume } from '../../run/resume.ts';
import { type RunResult, partialBecause } from '../../run/run.ts';
import { EXIT } from '../base/exit-status.ts';
import { journalFolder } from '../base/journal-folder.ts';
import { becomeFallback } from '../options/become-fallback.ts';
import { lockOf, type PlayFlags } from '../options/common-options.ts';
import { sliceOf } from '../options/slice.ts';
import { refuseUnknownTags } from '../options/unknown-tags.ts';
import { askOnTerminal, refuseWithoutTerminal } from './ask-step.ts';
import { withAnswers } from './ask-variables.ts';
import { type Watch, withClosing } from './closing.ts';
import { type Performance, performRun, runReport, statusOf } from './perform-run.ts';
import { type PreparedRun, cutOff, prepareRun } from './prepare-run.ts';

/**
 * Runs `runbook play` or `runbook plan`, and returns the exit status. Parts that most runs do not need are loaded on
 * demand.
 */
export function runPlayCommand(playbookFile: string, command: Mode, flags: PlayFlags): Promise<number> {
  const mode: Mode = flags.check === true ? 'plan' : command;
  return withClosing(flags, { command: mode, playbook: playbookFile }, (watch) =>
    runWatched(playbookFile, { mode, flags, watch }),
  );
}

interface WatchedRun {
  readonly mode: Mode;
  readonly flags: PlayFlags;
  readonly watch: Watch;
}

async function runWatched(playbookFile: string, { mode, flags, watch }: WatchedRun): Promise<number> {
  refuseTogether(mode, flags);
  const selection = { tags: flags.tags, skipTags: flags.skipTags };
  const { startAtTask } = flags;
  const slice = sliceOf(flags);
  const whole = await prepareRun(playbookFile, flags);
  const cut = cutOff(whole, flags);
  if (flags.listHosts === true || flags.listTasks === true || flags.listTags === true) {
    const { printLists } = await import('../../report/listing/lists.ts');
    const only =
      slice === undefined || flags.listHosts !== true
        ? undefined
        : await hostsOfSlice(cut, { limit: flags.limit, slice, selection }, flags);
    printLists(
      cut.playbook,
      cut.inventory,
      {
        hosts: flags.listHosts === true,
        tasks: flags.listTasks === true,
        tags: flags.listTags === true,
        limit: flags.limit,
        only,
        selection,
      },
      process.stdout,
    );
    return EXIT.ok;
  }
  printNotes(refuseUnknownTags(whole.playbook, selection), process.stderr);
  if (mode === 'plan' && flags.out !== undefined && flags.become === true) {
    throw new Problem({
      code: 'not-in-a-saved-plan',
      what: 'a saved plan does not keep -b',
      remedy: 'Write `become: true` into the play, or set ansible_become in the inventory.',
    });
  }
  const prepared = await withAnswers(cut);
  const { playbook, inventory, extra, vault, modules, access } = prepared;
  if (mode === 'plan' && flags.out !== undefined)
    return statusOf(
      await savePlan(playbookFile, prepared, { flags, watch, path: flags.out }),
      mode,
      flags.detailedExitcode === true,
    );
  const inputs = digestOf(prepared, flags);
  const resume = mode === 'plan' ? undefined : await resumption(playbook.file, inputs, flags);
  const lock = lockOf(flags);
  const fallback = await becomeFallback(flags);
  const askBefore = flags.step === true ? askOnTerminal : undefined;
  const partOf = { limit: flags.limit, slice, selection, startAtTask };
  const result = await performRun(
    { mode, playbook, inventory, ...partOf, extra, vault, modules, access, fallback, lock, resume, askBefore },
    flags,
    watch(runReport(mode, flags.diff, { ...flags, inputs })),
  );
  return statusOf(result, mode, flags.detailedExitcode === true);
}

async function hostsOfSlice(
  { playbook, inventory, extra, vault, modules, access }: PreparedRun,
  partOf: Pick<Performance, 'limit' | 'slice' | 'selection'>,
  flags: PlayFlags,
): Promise<ReadonlySet<string>> {
  const { hostsOfRun } = await import('./hosts-of-run.ts');
  const performance = { playbook, inventory, extra, vault, modules, access, ...partOf };
  return hostsOfRun({ mode: 'plan', lock: undefined, ...performance }, flags);
}

/** Throws Problem for options that contradict each other or have no meaning together. */
function refuseTogether(mode: Mode, flags: PlayFlags): void {
  if (flags.step === true && mode === 'plan')
    throw together('--step', '-C', 'A plan changes nothing, so there is nothing to ask.', 'Leave out --step.');
  if (flags.step === true && flags.output === 'json')
    throw together('--step', '--output json', 'The questions would stand among the lines.', 'Leave one of them out.');
  if (flags.step === true) refuseWithoutTerminal();
  if (flags.profile === true && flags.output === 'json')
    throw together(
      '--profile',
      '--output json',
      'Each task_finished has its time in milliseconds.',
      'Leave out --profile; `runbook runs show RUN --profile` gives the table later.',
    );
}

function together(one: string, other: string, why: string, remedy: string): Problem {
  return new Problem({ code: 'options-together', what: `${one} cannot be used together with ${other}`, why, remedy });
}

async function resumption(playbook: string, inputs: string, flags: PlayFlags): Promise<Resume | undefined> {
  if (flags.resume === undefined) return undefined;
  const { resumeOf } = await import('./resume.ts');
  const { limit, tags, skipTags, startAtTask } = flags;
  const partial = partialBecause({ limit, slice: sliceOf(flags), selection: { tags, skipTags }, startAtTask });
  return resumeOf(journalFolder(), flags.resume === true ? undefined : flags.resume, {
    playbook,
    inputs,
    partial,
    trustsOthers: flags.trust === true,
  });
}

/** Returns a slow digest, because a value of -e may be a password, which a fast digest would allow to guess. */
function slowDigest(given: string): string {
  return given.startsWith('@') ? given : scryptSync(given, 'runbook-inputs', 16, { N: 8192 }).toString('hex');
}

/** Returns the digest of the files that are read before the run, and of the variables of the command line. */
function digestOf(prepared: PreparedRun, flags: PlayFlags): string {
  return createHash('sha256')
    .update(JSON.stringify([prepared.inputs(new Map()), flags.extraVars.map(slowDigest)]))
    .digest('hex');
}

interface SavedRun extends Omit<WatchedRun, 'mode'> {
  readonly path: string;
}

async function savePlan(playbook: string, prepared: PreparedRun, { flags, watch, path }: SavedRun): Promise<RunResult> {
  const { inventory, limit = null, tags, skipTags, startAtTask } = flags;
  const { makePlan, wholePlan } = await import('./saved-plan.ts');
  const { mustBeWritable, writePlan } = await import('../../run/saved-plan/plan-file.ts');
  await mustBeWritable(path);
  const extraFiles = flags.extraVars.filter((given) => given.startsWith('@')).map((given) => given.slice(1));
  const made = await makePlan(
    prepared,
    { playbook, inventory, limit, slice: sliceOf(flags), tags, skipTags, startAtTask, extraFiles },
    flags,
    watch(runReport('plan', flags.diff, flags)),
  );
  // The report has already shown why the plan is not complete.
  if (made.problems.length > 0 || made.result.interrupted) {
    printNotes([`The plan is incomplete, and was not saved.`], process.stderr);
    return made.result;
  }
  await writePlan(path, wholePlan(made, 'The plan is incomplete, and was not saved'));
  printNotes(
    [`Saved to ${path}. See it with \`runbook show ${path}\`, make its changes with \`runbook apply ${path}\`.`],
    process.stderr,
  );
  return made.result;
}
