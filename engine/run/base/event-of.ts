import type { RunEvent } from './events.ts';

/** The events of these types. */
export type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** Whether the event is of one of these types. What is left is for an exhaustive switch. */
export function isEventOf<Type extends RunEvent['type']>(
  event: RunEvent,
  types: readonly Type[],
): event is EventOf<Type> {
  const all: readonly string[] = types;
  return all.includes(event.type);
}
