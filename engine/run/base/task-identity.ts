import { Problem } from '../../errors/problem.ts';
import type { Step, Task } from '../../playbook/base/play.ts';
import { MASK, Secret } from '../../values/base/secret.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import type { TaskIdentity } from './events.ts';
import { type Frame, isHandler } from './frame.ts';

/** Computes the names of tasks in the reports of one run. */
export class TaskIdentities {
  /** Tasks whose names are the same for all hosts. */
  readonly #known = new WeakMap<Task, { readonly task: TaskIdentity; readonly handler: TaskIdentity }>();

  /** Returns the identity of a task with these variables and in this frame. */
  of(task: Task, scope: Scope, frame: Frame): TaskIdentity {
    const named = this.#named(task, scope, isHandler(frame));
    const throttle = frame.throttle ?? limitOf(task, scope);
    const within = frame.handling === named.name ? undefined : frame.handling;
    if (throttle === undefined && within === undefined) return named;
    return { ...named, ...(within === undefined ? {} : { within }), ...(throttle === undefined ? {} : { throttle }) };
  }

  #named(task: Task, scope: Scope, handler: boolean): TaskIdentity {
    if (task.name !== undefined && task.name.references.size > 0) return namedIdentity(task, handler, scope);
    let known = this.#known.get(task);
    if (known === undefined)
      this.#known.set(
        task,
        (known = { task: namedIdentity(task, false, scope), handler: namedIdentity(task, true, scope) }),
      );
    return handler ? known.handler : known.task;
  }
}

/** Returns the throttle of a task. A wrong value is reported where it is applied. */
function limitOf({ throttle }: Task, scope: Scope): number | undefined {
  if (throttle === undefined || throttle.references.size > 0) return undefined;
  const most = throttle.resolve(scope);
  return typeof most === 'number' && most > 0 ? most : undefined;
}

function namedIdentity(task: Task, handler: boolean, scope: Scope): TaskIdentity {
  let name: string;
  try {
    const rendered = task.name?.render(scope);
    name =
      typeof rendered === 'string' || typeof rendered === 'number'
        ? `${rendered}`
        : rendered instanceof Secret
          ? MASK
          : task.module;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    name = task.module;
  }
  return { id: task.id, name, module: task.module, role: task.role?.name, handler };
}

/** Returns the identity of a step that is not a task. */
export function identityOfStep(step: Step, handler: boolean): TaskIdentity {
  const name = step.kind === 'meta' ? `meta: ${step.action}` : step.kind;
  return { id: step.id, name, module: step.kind, role: step.role?.name, handler };
}

/** Returns the label of a loop item. */
export function labelOf(task: Task, scope: Scope, item: Value): string {
  const label = task.loop?.label?.render(scope) ?? item;
  if (label instanceof Secret) return String(label);
  return typeof label === 'object' ? JSON.stringify(label) : String(label);
}
