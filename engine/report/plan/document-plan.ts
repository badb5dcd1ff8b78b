import type { Evidence } from '../../run/evidence.ts';
import { type PlanDocument, PLAN_VERSION } from '../../run/saved-plan/plan-document.ts';
import { type RecordedPlan, summaryOf } from './recorded-plan.ts';

/** The inputs and options that a plan was made of. */
export type PlanOrigin = Pick<
  PlanDocument,
  | 'engine'
  | 'playbook'
  | 'inventory'
  | 'limit'
  | 'slice'
  | 'tags'
  | 'skipTags'
  | 'startAtTask'
  | 'extraFiles'
  | 'inputs'
>;

/** Makes the document of a plan that was recorded completely. */
export function documentPlan(recorded: RecordedPlan, evidence: Evidence, origin: PlanOrigin): PlanDocument {
  const plays = recorded.plays();
  const { engine, playbook, inventory, limit, slice, tags, skipTags, startAtTask, extraFiles, inputs } = origin;
  return {
    format: 'runbook-plan',
    version: PLAN_VERSION,
    engine,
    playbook,
    inventory,
    limit,
    ...(slice === undefined ? {} : { slice }),
    tags,
    skipTags,
    ...(startAtTask === undefined ? {} : { startAtTask }),
    extraFiles,
    partial: recorded.partial,
    summary: summaryOf(plays, recorded.hosts.length),
    plays,
    extra: evidence.extra,
    inputs,
    hosts: evidence.hosts.map(({ name, ...digests }) => {
      const address = recorded.addresses.get(name);
      return { name, ...(address === undefined ? {} : { address }), ...digests };
    }),
  };
}
