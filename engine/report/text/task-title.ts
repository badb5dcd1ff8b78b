import type { TaskIdentity } from '../../run/base/events.ts';
import { safeLine } from './safe-text.ts';

/** Returns `role : name (item)`, as in Ansible. */
export function taskTitle(task: TaskIdentity, item: string | undefined): string {
  const role = task.role === undefined ? '' : `${safeLine(task.role)} : `;
  const kind = task.handler ? 'handler ' : '';
  return `${kind}${role}${safeLine(task.name)}${item === undefined ? '' : ` (${safeLine(item)})`}`;
}
