import type { Task } from '../playbook/play.ts';

/** The names that a task registers or sets. */
export function resultsOf(task: Task): readonly string[] {
  const names = task.register === undefined ? [] : [task.register];
  return task.module === 'set_fact' ? [...names, ...task.arguments.keys()] : names;
}
