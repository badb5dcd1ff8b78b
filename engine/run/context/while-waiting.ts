import { type HostActivity, whileDoing } from '../base/live-events.ts';
import type { RunContext } from './context.ts';

/** Runs `wait`, and reports the activity meanwhile. Time passes, and another host may begin. */
export function whileWaiting<Result>(
  { live, underWay }: Pick<RunContext, 'live' | 'underWay'>,
  doing: HostActivity,
  wait: () => Promise<Result>,
): Promise<Result> {
  return underWay.during(() => whileDoing(live, doing, wait));
}
