import { Problem } from '../../errors/problem.ts';
import { holdAgainst, printHeldPlan } from '../../report/plan/held-plan.ts';
import { RecordedPlan } from '../../report/plan/recorded-plan.ts';
import { startLiveReport } from '../../report/report.ts';
import type { RunEvent } from '../../run/base/events.ts';
import { extraDigests } from '../../run/evidence.ts';
import { engineChanged, extraChanged, staleBecause } from '../../run/saved-plan/compare-plans.ts';
import type { PlanDocument } from '../../run/saved-plan/plan-document.ts';
import { readPlan } from '../../run/saved-plan/plan-file.ts';
import { inputsChanged } from '../../run/saved-plan/plan-inputs.ts';
import { EXIT } from '../base/exit-status.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import { type ApplyFlags, type InventoryFlags, lockOf } from '../options/common-options.ts';
import { workOfOthersOnDisk } from '../options/standing.ts';
import { withAnswers } from './ask-variables.ts';
import { type Watch, withClosing } from './closing.ts';
import { performRun, runReport, statusOf } from './perform-run.ts';
import { type PreparedRun, cutOff, prepareRun } from './prepare-run.ts';
import { type MadePlan, makePlan, wholePlan } from './saved-plan.ts';

/**
 * Runs `runbook apply`: plans again, stops if the result differs from the saved plan, and makes the planned changes
 * only.
 */
export function runApplyCommand(file: string, flags: ApplyFlags): Promise<number> {
  return withClosing(flags, { command: 'apply', playbook: file }, (watch) => apply(file, flags, watch));
}

async function apply(file: string, flags: ApplyFlags, watch: Watch): Promise<number> {
  refuseWorkOfOthers(file, flags);
  const planned = await readPlan(file);
  if (flags.extraVars.length === 0) for (const path of planned.extraFiles) refuseVariablesOfOthers(path, flags);
  refuseIf(file, [...engineChanged(planned, ENGINE_VERSION), ...(await inputsChanged(planned.inputs))]);
  const whole = await prepareRun(planned.playbook, inventoryFlags(planned, flags));
  const prepared = await withAnswers(cutOff(whole, planned));
  refuseIf(file, extraChanged(planned, await extraDigests(prepared.extra)));
  const { stdout, stderr } = process;
  const made = await makePlan(prepared, planned, flags, startLiveReport({ format: flags.output, stdout, stderr }));
  const now = wholePlan(made, `The plan ${file} cannot be held against the hosts: nothing was changed`);
  refuseIf(file, staleBecause(planned, now));
  return play(planned, prepared, { approval: made.approval, flags, watch });
}

interface Application {
  readonly approval: MadePlan['approval'];
  readonly flags: ApplyFlags;
  readonly watch: Watch;
}

async function play(
  planned: PlanDocument,
  prepared: PreparedRun,
  { approval, flags, watch }: Application,
): Promise<number> {
  const { playbook, inventory, extra, vault, modules, access } = prepared;
  const recorded = new RecordedPlan();
  const report = watch(runReport('play', flags.diff, flags));
  const emit = (event: RunEvent): void => {
    recorded.note(event);
    report.emit(event);
  };
  const result = await performRun(
    {
      mode: 'play',
      playbook,
      inventory,
      extra,
      vault,
      modules,
      access,
      limit: planned.limit ?? undefined,
      slice: planned.slice,
      selection: { tags: planned.tags, skipTags: planned.skipTags },
      startAtTask: planned.startAtTask,
      lock: lockOf(flags),
      approval,
    },
    flags,
    { ...report, emit },
  );
  const held = holdAgainst(planned.plays, recorded.plays());
  printHeldPlan(held, flags.output, process.stdout);
  const status = statusOf(result, 'play', false);
  return status === EXIT.ok && held.notMade.some(({ certain }) => certain) ? EXIT.failed : status;
}

/** Returns the options that the plan has saved. Only those that it does not save are taken from `flags`. */
function inventoryFlags(planned: PlanDocument, flags: ApplyFlags): InventoryFlags {
  const extraVars = flags.extraVars.length > 0 ? flags.extraVars : planned.extraFiles.map((path) => `@${path}`);
  const { identity, vaultId, vaultPasswordFile, askVaultPass, allowController, trust } = flags;
  const keys = { identity, vaultId, vaultPasswordFile, ...(askVaultPass === undefined ? {} : { askVaultPass }) };
  return {
    inventory: planned.inventory,
    extraVars,
    ...keys,
    allowController,
    ...(trust === undefined ? {} : { trust }),
  };
}

/**
 * Throws Problem if the plan may be another user's work: it decides the playbook, inventory and variables. Must run
 * before the plan is read.
 */
function refuseWorkOfOthers(file: string, flags: ApplyFlags): void {
  const why = flags.trust === true ? undefined : workOfOthersOnDisk(file);
  if (why === undefined) return;
  throw new Problem({
    code: 'plan-of-others',
    what: `The plan ${file} may be another user's work. Nothing was changed`,
    why,
    remedy: `Look at it with \`runbook show ${file}\`. If it is what you want, copy it to a file of your own and apply that, or give --trust.`,
  });
}

/**
 * Throws Problem if the file of variables may be another user's work. Variables of the command line take precedence
 * over all others, so this file has as much power as the playbook.
 */
function refuseVariablesOfOthers(path: string, flags: ApplyFlags): void {
  const why = flags.trust === true ? undefined : workOfOthersOnDisk(path);
  if (why === undefined) return;
  throw new Problem({
    code: 'plan-of-others',
    what: `The plan takes variables from ${path}, which may be another user's work. Nothing was changed`,
    why,
    remedy: `Read the file. If it is what you want, name it yourself: -e @${path}.`,
  });
}

/** Maximal number of reasons that are shown. Many reasons have few causes. */
const MOST_REASONS = 25;

function refuseIf(file: string, reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  const shown = reasons.slice(0, MOST_REASONS);
  const more = reasons.length > shown.length ? [`… and ${reasons.length - shown.length} more differences`] : [];
  throw new Problem({
    code: 'plan-stale',
    what: `The plan ${file} is no longer valid. Nothing was changed`,
    why: [...shown, ...more].join('\n'),
    remedy: 'Make a new plan with `runbook plan -o FILE`, and have it reviewed.',
  });
}
