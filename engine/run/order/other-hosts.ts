import type { Task } from '../../playbook/base/play.ts';

/** Finds the tasks that use variables of other hosts: they wait until the other hosts have reached them. */
export class AskingTasks {
  /** Cached, because the question is asked for each host. */
  readonly #known = new WeakMap<Task, boolean>();

  has(task: Task): boolean {
    let answer = this.#known.get(task);
    if (answer === undefined) this.#known.set(task, (answer = referencesOtherHosts(task)));
    return answer;
  }
}

function referencesOtherHosts(task: Task): boolean {
  const asks = (one: { readonly references: ReadonlySet<string> }): boolean => one.references.has('hostvars');
  return (
    task.when.some(asks) ||
    (task.asserts ?? []).some(asks) ||
    (task.loop !== undefined && asks(task.loop.items.value)) ||
    [...task.arguments.values()].some((argument) => asks(argument.value))
  );
}
