import { resultsOf } from '../playbook/base/brings.ts';
import type { Play, Step } from '../playbook/base/play.ts';
import type { PlannedPlay } from './context/context.ts';

/** An earlier run that did not come to its end, to be gone on with. */
export interface Resume {
  readonly runId: string;
  /** Whether the host is through with the play. */
  isFinished(play: Play, host: string): boolean;
}

/**
 * Leaves out of each play the hosts that are through with it. A play whose tasks hand something on (results, facts,
 * groups) is run for all again: later plays may need it, and what is so already is not changed again.
 */
export function withoutFinished(plays: readonly PlannedPlay[], resume: Resume): readonly PlannedPlay[] {
  return plays.map((planned) => {
    const { play } = planned;
    if (play.sections.some((section) => section.steps.some(handsOn))) return planned;
    return { ...planned, hosts: planned.hosts.filter((host) => !resume.isFinished(play, host.name)) };
  });
}

function handsOn(step: Step): boolean {
  switch (step.kind) {
    case 'task':
      return resultsOf(step).length > 0 || step.module === 'group_by';
    case 'block':
      return [...step.block, ...step.rescue, ...step.always].some(handsOn);
    case 'include':
      // What it includes is not known before the run.
      return true;
    case 'meta':
      return false;
    default: {
      const never: never = step;
      throw new Error(`unknown step ${JSON.stringify(never)}`);
    }
  }
}
