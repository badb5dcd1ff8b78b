import type { Scope } from '../../values/base/value.ts';
import { resolveSettings } from '../preparation/step-settings.ts';
import type { TaskRun } from './item.ts';

/** Returns the user who runs the task on the host; undefined if the user is unknown, or if the task is delegated. */
export function userOf({ task, host, context }: TaskRun, scope: Scope): string | undefined {
  if (task.delegateTo !== undefined) return undefined;
  const resolved = resolveSettings(task.settings, task.place, scope);
  return resolved.kind === 'ready' ? context.machines.get(host.name)?.userOf(resolved.settings.privilege) : undefined;
}
