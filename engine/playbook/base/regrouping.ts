import type { Play, Step } from './play.ts';
import { walkSteps } from './select-tasks.ts';

/** Returns the first task that puts hosts into groups, if the play has one. */
export function regrouping(play: Play): Step | undefined {
  return play.sections
    .flatMap(({ steps }) => [...walkSteps(steps)])
    .find((step) => step.kind === 'task' && step.module === 'group_by');
}

/** Returns the plays behind one that puts hosts into groups: the groups that they name may not be there before the run. */
export function playsBehindRegrouping(plays: readonly Play[]): ReadonlySet<Play> {
  const first = plays.findIndex((play) => regrouping(play) !== undefined);
  return new Set(first === -1 ? [] : plays.slice(first + 1));
}
