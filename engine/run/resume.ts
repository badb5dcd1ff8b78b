import { resultsOf } from '../playbook/base/brings.ts';
import type { Play, Step } from '../playbook/base/play.ts';
import { BRINGS_OTHERS } from '../playbook/base/regrouping.ts';
import type { PlannedPlay } from './context/context.ts';

/** An earlier run that did not finish, and that this run resumes. */
export interface Resume {
  readonly runId: string;
  /** Returns whether the host has finished the play. */
  isFinished(play: Play, host: string): boolean;
}

/**
 * Removes from each play the hosts that have finished it. A play whose tasks set variables or groups runs for all hosts
 * again: later plays may need them, and states that are already reached are not changed again.
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
      return resultsOf(step).length > 0 || BRINGS_OTHERS.has(step.module) || step.module === 'include_vars';
    case 'block':
      return [...step.block, ...step.rescue, ...step.always].some(handsOn);
    case 'include':
      // The steps of an include are not known before the run.
      return true;
    case 'meta':
      return false;
    default: {
      const never: never = step;
      throw new Error(`unknown step ${JSON.stringify(never)}`);
    }
  }
}
