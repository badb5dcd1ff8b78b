import type { RunEvent } from '../../run/base/events.ts';

/** One way to show a run. */
export interface Renderer {
  /** `at`: when it happened. */
  show(event: RunEvent, at: Date): void;
  /** After the last event: whatever is still held back is written. */
  finish(): Promise<void>;
}
