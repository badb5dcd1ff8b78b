import { Problem } from '../../errors/problem.ts';
import { isHeard, meantBy, unheardHandler } from '../../playbook/base/handler-names.ts';
import type { Handler, Task } from '../../playbook/base/play.ts';
import { type Scope, type Value, Omitted, Unknown } from '../../values/base/value.ts';
import { wrongType } from '../base/wrong-type.ts';

/**
 * Returns the names of the handlers that a task notifies, with the variables of one host and item. A template may give one
 * name or a list of names. `handlers` are those of the play. Throws Problem if a value is not a name.
 */
export function notifiesOf(task: Task, scope: Scope, handlers: readonly Handler[]): readonly string[] {
  return task.notify.flatMap((template) => meantIn(template.render(scope), task, handlers));
}

/**
 * Throws Problem if a template in `notify` gives a name that none of the handlers has: after the change, nothing would
 * run, and the host would owe a handler that does not exist. Names without templates are checked at load.
 */
export function refuseUnheard(
  task: Task,
  scope: Scope,
  { handlers, mode }: { readonly handlers: readonly Handler[]; readonly mode: 'plan' | 'play' },
): void {
  for (const template of task.notify) {
    if (template.literal !== undefined) continue;
    const value = template.render(scope);
    if (value instanceof Unknown && mode === 'play') throw unknownName(task, value);
    const unheard = meantIn(value, task, handlers).find((name) => !isHeard(name, handlers));
    if (unheard === undefined) continue;
    const problem = unheardHandler(
      unheard,
      handlers,
      'Add it to handlers:, of the play or of the role, or give notify another name; {{omit}} notifies none.',
    );
    throw new Problem({ ...problem, place: task.place, why: `notify is ${template.source}. ${problem.why}` });
  }
}

function unknownName(task: Task, { because }: Unknown): Problem {
  return new Problem({
    code: 'task-failed',
    what: `the handler that notify names is not known: ${because}`,
    place: task.place,
  });
}

/**
 * Returns those handlers of a task that can be named without unknown values, such as the loop's item, before the task
 * can be planned.
 */
export function nameableNotifies(task: Task, scope: Scope, handlers: readonly Handler[]): readonly string[] {
  return task.notify.flatMap((template) => {
    try {
      return meantIn(template.render(scope), task, handlers);
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  });
}

function meantIn(value: Value, task: Task, handlers: readonly Handler[]): readonly string[] {
  return namesIn(value, task).flatMap((name) => meantBy(name, task.role?.name, handlers));
}

function namesIn(value: Value, task: Task): readonly string[] {
  // A plan may not know the name. A play refuses the task before this (`refuseUnheard`).
  if (value instanceof Omitted || value instanceof Unknown) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one) => namesIn(one, task));
  throw wrongType('notify', 'the name of a handler, or a list of names', task.place);
}
