import { Problem } from '../../errors/problem.ts';
import type { Task } from '../../playbook/base/play.ts';
import type { Scope } from '../../values/base/value.ts';
import { wrongType } from '../base/wrong-type.ts';

/**
 * The handlers that a task notifies, under the variables of one host and item. Throws Problem where one has no name.
 */
export function notifiesOf(task: Task, scope: Scope): readonly string[] {
  return task.notify.map((template) => {
    const name = template.render(scope);
    if (typeof name === 'string') return name;
    throw wrongType('notify', 'the name of a handler', task.place);
  });
}

/**
 * Of a task that cannot be planned yet: the handlers that can be named without what is unknown, such as the loop's
 * item.
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
