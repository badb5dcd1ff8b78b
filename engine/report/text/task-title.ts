import type { TaskIdentity } from '../../run/base/events.ts';
import { safeLine } from './safe-text.ts';

/** `role : name (item)`, as Ansible's users know it. */
export function taskTitle(task: TaskIdentity, item: string | undefined): string {
  const role = task.role === undefined ? '' : `${safeLine(task.role)} : `;
  const kind = task.handler ? 'handler ' : '';
  return `${kind}${role}${safeLine(task.name)}${item === undefined ? '' : ` (${safeLine(item)})`}`;
}
