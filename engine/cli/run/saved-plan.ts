import { Problem, Problems } from '../../errors/problem.ts';
import { documentPlan } from '../../report/plan/document-plan.ts';
import { RecordedPlan } from '../../report/plan/recorded-plan.ts';
import type { Report } from '../../report/report.ts';
import type { RunEvent } from '../../run/base/events.ts';
import type { RunResult } from '../../run/run.ts';
import { Approval } from '../../run/saved-plan/approval.ts';
import type { PlanDocument } from '../../run/saved-plan/plan-document.ts';
import { ENGINE_VERSION } from '../base/version.ts';
import type { ConnectionFlags } from '../options/common-options.ts';
import { performRun } from './perform-run.ts';
import type { PreparedRun } from './prepare-run.ts';

/** The options that a plan was made with. */
export type PlanScope = Pick<
  PlanDocument,
  'playbook' | 'inventory' | 'limit' | 'slice' | 'tags' | 'skipTags' | 'startAtTask' | 'extraFiles'
>;

export interface MadePlan {
  readonly result: RunResult;
  /** The changes themselves, for a play in the same process. */
  readonly approval: Approval;
  /** Undefined if the run was interrupted. */
  readonly document: PlanDocument | undefined;
  /** The reasons why the plan is not complete: hosts that are unreachable, tasks that cannot be planned. */
  readonly problems: readonly Problem[];
}

/** Makes a plan, and returns it in the form in which it can be saved. The report gets the events. */
export async function makePlan(
  prepared: PreparedRun,
  scope: PlanScope,
  flags: ConnectionFlags,
  report: Report,
): Promise<MadePlan> {
  const approval = new Approval();
  const recorded = new RecordedPlan();
  const problems: Problem[] = [];
  const emit = (event: RunEvent): void => {
    recorded.note(event);
    if (event.type === 'host_unreachable') problems.push(event.problem);
    if (event.type === 'task_finished' && event.outcome.kind === 'failed' && !event.outcome.ignored)
      problems.push(event.outcome.problem);
    report.emit(event);
  };
  const { playbook, inventory, extra, vault, modules, access } = prepared;
  const selection = { tags: scope.tags, skipTags: scope.skipTags };
  const partOf = { selection, limit: scope.limit ?? undefined, slice: scope.slice, startAtTask: scope.startAtTask };
  const result = await performRun(
    { mode: 'plan', playbook, inventory, extra, vault, modules, access, ...partOf, lock: undefined, approval },
    flags,
    { ...report, emit },
  );
  const { evidence } = result;
  if (evidence === undefined) return { result, approval, document: undefined, problems };
  const origin = { ...scope, engine: ENGINE_VERSION, inputs: prepared.inputs(evidence.files) };
  return { result, approval, document: documentPlan(recorded, evidence, origin), problems };
}

/** Returns a plan that can be saved or applied. Throws Problems if it is not complete. */
export function wholePlan({ result, document, problems }: MadePlan, what: string): PlanDocument {
  const [first, ...more] = problems;
  if (first !== undefined) {
    throw new Problems([
      first,
      ...more,
      new Problem({
        code: 'plan-incomplete',
        what,
        remedy: 'Fix the problems above, or leave those hosts out with --limit.',
      }),
    ]);
  }
  if (document === undefined || result.interrupted || result.stopped !== undefined)
    throw new Problem({ code: 'plan-incomplete', what, why: result.stopped ?? 'It was interrupted.' });
  return document;
}
