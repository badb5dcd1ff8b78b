import type { PlanStep } from '../../run/saved-plan/plan-document.ts';
import type { Marking } from '../text/own-names.ts';

/** Applies `change` to each text of a step, except the names of its hosts. */
export function mappedStep(step: PlanStep, change: Marking): PlanStep {
  const { task, item, outcome } = step;
  return {
    ...step,
    task: { ...task, name: change(task.name) },
    item: item === null ? null : change(item),
    outcome: mappedOutcome(outcome, change),
  };
}

function mappedOutcome(outcome: PlanStep['outcome'], change: Marking): PlanStep['outcome'] {
  switch (outcome.kind) {
    case 'ok':
      return outcome;
    case 'skipped':
      return { ...outcome, why: change(outcome.why) };
    case 'unknown':
      return { ...outcome, because: change(outcome.because) };
    case 'change':
      return {
        ...outcome,
        ...(outcome.doubt === undefined ? {} : { doubt: change(outcome.doubt) }),
        differences: outcome.differences.map((difference) => {
          switch (difference.kind) {
            case 'text': {
              const lines = difference.lines.map(change);
              // If only marks distinguish the texts, the digest belongs to one host. If the shown lines do not show how
              // the texts differ, only the digest distinguishes them.
              const isOwn = lines.some((line, index) => line !== difference.lines[index]);
              return {
                ...difference,
                path: change(difference.path),
                lines,
                sha256: isOwn ? null : difference.sha256,
              };
            }
            case 'content':
              return { ...difference, path: change(difference.path) };
            case 'field':
              return {
                ...difference,
                of: change(difference.of),
                before: change(difference.before),
                after: change(difference.after),
              };
            case 'command':
              return { ...difference, text: change(difference.text) };
            default: {
              const never: never = difference;
              throw new Error(`unknown difference ${JSON.stringify(never)}`);
            }
          }
        }),
      };
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}
