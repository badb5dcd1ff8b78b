import type { Task } from '../playbook/play.ts';

/** Asked for each host. */
const askers = new WeakMap<Task, boolean>();

/** Whether the task reads what other hosts have: it waits until these are as far. */
export function asksOtherHosts(task: Task): boolean {
  let answer = askers.get(task);
  if (answer === undefined) askers.set(task, (answer = referencesOtherHosts(task)));
  return answer;
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
