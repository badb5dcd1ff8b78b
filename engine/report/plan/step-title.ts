import type { PlanStep, PlannedChange } from '../../run/saved-plan/plan-document.ts';
import { safeLine } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';

/** Returns the title of a step: role, name and loop item, and the handler that contains the step, if any. */
export function stepTitle({ task, item }: PlanStep): string {
  const title = taskTitle({ ...task, role: task.role ?? undefined }, item ?? undefined);
  return task.within === undefined ? title : `${title}, of ${safeLine(task.within)}`;
}

/** Returns the word for a change, and the condition that makes it uncertain. */
export function certaintyOf({ certainty, doubt }: PlannedChange): { readonly word: string; readonly doubt: string } {
  const { word, doubt: usual } = CERTAINTY[certainty];
  return { word, doubt: safeLine(doubt ?? usual) };
}

const CERTAINTY: Readonly<Record<PlannedChange['certainty'], { readonly word: string; readonly doubt: string }>> = {
  certain: { word: 'would change', doubt: '' },
  after_change: { word: 'may change', doubt: 'an earlier change decides' },
  opaque: { word: 'would run', doubt: 'nobody can know whether it is needed' },
};
