import type { Play, Regrouping, Step } from './play.ts';
import { walkSteps } from './select-tasks.ts';

/** Modules that bring groups, or hosts and groups, to the plays that follow. */
export const BRINGS_OTHERS: ReadonlySet<string> = new Set(['add_host', 'group_by']);

/** Returns the steps that bring hosts or groups, with those of includes whose names are known. */
export function regroupSteps(steps: readonly Step[]): readonly Regrouping[] {
  return [...walkSteps(steps)].flatMap((step): readonly Regrouping[] => {
    if (step.kind === 'include') return step.ahead.regroups;
    if (step.kind !== 'task' || !BRINGS_OTHERS.has(step.module)) return [];
    return [{ place: step.place, hosts: step.module === 'add_host' }];
  });
}

/** Returns such steps of a play. */
export function regroupsOf(play: Play): readonly Regrouping[] {
  return play.sections.flatMap(({ steps }) => regroupSteps(steps));
}

/**
 * Returns the plays after a play that adds hosts or groups. The hosts and groups that they name may not exist before
 * the run.
 */
export function playsBehindRegrouping(plays: readonly Play[]): ReadonlySet<Play> {
  const first = plays.findIndex((play) => regroupsOf(play).length > 0);
  return new Set(first === -1 ? [] : plays.slice(first + 1));
}
