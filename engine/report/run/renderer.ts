import type { RunEvent } from '../../run/base/events.ts';
import type { HostActivity } from '../../run/base/live-events.ts';

/** One way to show a run. */
export interface Renderer {
  /** Shows an event; `at` is its time. */
  show(event: RunEvent, at: Date): void;
  /** Shows a current activity. */
  live?(event: HostActivity): void;
  /** Called after a quiet period: delayed lines are shown. */
  catchUp?(): void;
  /** Writes everything that is still held back, after the last event. */
  finish(): Promise<void>;
}
