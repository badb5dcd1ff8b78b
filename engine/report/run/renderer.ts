import type { RunEvent } from '../../run/base/events.ts';
import type { HostActivity } from '../../run/base/live-events.ts';

/** One way to show a run. */
export interface Renderer {
  /** `at`: when it happened. */
  show(event: RunEvent, at: Date): void;
  /** Where what goes on at the moment is shown. */
  live?(event: HostActivity): void;
  /** Nothing has happened for long: what was put off is told. */
  catchUp?(): void;
  /** After the last event: whatever is still held back is written. */
  finish(): Promise<void>;
}
