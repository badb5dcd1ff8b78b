import { Problem } from '../../errors/problem.ts';
import type { Task } from '../../playbook/base/play.ts';
import { type Scope, Omitted } from '../../values/base/value.ts';
import { wrongType } from '../base/wrong-type.ts';

/**
 * Returns the handlers that a task notifies, with the variables of one host and item. Throws Problem if a value is not
 * a name.
 */
export function notifiesOf(task: Task, scope: Scope): readonly string[] {
  return task.notify.flatMap((template) => {
    const name = template.render(scope);
    if (name instanceof Omitted) return [];
    if (typeof name === 'string') return [name];
    throw wrongType('notify', 'the name of a handler', task.place);
  });
}

/**
 * Returns those handlers of a task that can be named without unknown values, such as the loop's item, before the task
 * can be planned.
 */
export function nameableNotifies(task: Task, scope: Scope): readonly string[] {
  return task.notify.flatMap((template) => {
    try {
      const name = template.render(scope);
      return typeof name === 'string' ? [name] : [];
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  });
}
