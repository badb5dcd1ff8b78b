import type { RunEvent } from '../../run/base/events.ts';

/** One way to show a run. */
export interface Renderer {
  show(event: RunEvent): void;
  /** After the last event: whatever is still held back is written. */
  finish(): Promise<void>;
}
