import type { RunEvent } from '../../run/base/events.ts';

/** Returns whether an event may be shown later, together with others: a result without a change. */
export function mayWait(event: RunEvent): boolean {
  return event.type === 'task_finished' && (event.outcome.kind === 'ok' || event.outcome.kind === 'skipped');
}
