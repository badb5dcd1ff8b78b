import type { Task } from '../../playbook/base/play.ts';
import { type Scope, Unknown } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';

/**
 * Evaluates the conditions about the result of a task (`until`, `failed_when`, `changed_when`) before there is a
 * result, each on its own. `scope` returns the variables of the task with one more layer. Throws Problem for mistakes
 * that do not depend on the result: an undefined variable, a comparison that cannot be made.
 */
export function tryVerdicts(task: Task, scope: (result: Layer) => Scope): void {
  const conditions = [...(task.until?.expressions ?? []), ...(task.failedWhen ?? []), ...(task.changedWhen ?? [])];
  if (conditions.length === 0) return;
  const names = ['result', ...(task.register === undefined ? [] : [task.register])];
  const result = new Unknown(`the task at ${task.id}`);
  const variables = new Map(names.map((name) => [name, result]));
  const tried = scope({ level: 'set_fact', origin: 'result of the task', variables });
  for (const condition of conditions) condition.test(tried);
}
