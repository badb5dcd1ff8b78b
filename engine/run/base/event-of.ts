import type { RunEvent } from './events.ts';

/** The events of these types. */
export type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/**
 * Returns whether the event has one of these types. It narrows the type, so that the rest can be an exhaustive switch.
 */
export function isEventOf<Type extends RunEvent['type']>(
  event: RunEvent,
  types: readonly Type[],
): event is EventOf<Type> {
  const all: readonly string[] = types;
  return all.includes(event.type);
}
