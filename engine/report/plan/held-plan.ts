import type { PlanDocument, PlanStep } from '../../run/saved-plan/plan-document.ts';
import { hostNames } from '../text/host-names.ts';
import { openOutput } from '../text/output.ts';
import { safeJson } from '../text/safe-text.ts';
import { stepTitle } from './step-title.ts';

/** The comparison of a play with its approved plan. */
export interface HeldPlan {
  /** Number of changes, each counted per host. All were in the plan. */
  readonly made: number;
  /** Changes of the plan that were not made. */
  readonly notMade: readonly { readonly title: string; readonly hosts: readonly string[]; readonly certain: boolean }[];
}

/**
 * Compares the changes of a saved plan with those that were made. Equal changes of one host count as often as they
 * occur.
 */
export function holdAgainst(planned: PlanDocument['plays'], made: PlanDocument['plays']): HeldPlan {
  const left = new Map<string, number>();
  let count = 0;
  for (const { key } of changes(made)) {
    left.set(key, (left.get(key) ?? 0) + 1);
    count += 1;
  }
  const missing = new Map<PlanStep, string[]>();
  for (const { key, host, step } of changes(planned)) {
    const have = left.get(key) ?? 0;
    if (have > 0) left.set(key, have - 1);
    else missing.set(step, [...(missing.get(step) ?? []), host]);
  }
  return {
    made: count,
    notMade: [...missing].map(([step, hosts]) => ({
      title: stepTitle(step),
      hosts,
      certain: step.outcome.kind === 'change' && step.outcome.certainty === 'certain',
    })),
  };
}

function* changes(
  plays: PlanDocument['plays'],
): Generator<{ readonly key: string; readonly host: string; readonly step: PlanStep }> {
  for (const play of plays) {
    for (const step of play.steps) {
      if (step.outcome.kind !== 'change') continue;
      for (const host of step.hosts) yield { key: JSON.stringify([host, step.task.id, step.item]), host, step };
    }
  }
}

/** Prints the comparison after the recap: as a line of JSON, or in words. */
export function printHeldPlan(held: HeldPlan, format: 'auto' | 'plain' | 'json', stdout: NodeJS.WritableStream): void {
  const output = openOutput(stdout);
  if (format === 'json') {
    output.write(`${safeJson({ type: 'plan_held', ...held })}\n`);
    return;
  }
  const lines = held.notMade.map(
    ({ title, hosts, certain }) =>
      `planned and not made: ${title} [${hostNames(hosts)}]${certain ? '' : ' (the plan left it open)'}`,
  );
  const sum = `${held.made} ${held.made === 1 ? 'change was' : 'changes were'} made, all of them in the plan`;
  output.write(`\n${[`${sum}${lines.length === 0 ? ', and none is left out.' : '.'}`, ...lines].join('\n')}\n`);
}
