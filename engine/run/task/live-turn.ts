import { whileDoing } from '../base/live-events.ts';
import type { ItemRun } from './item.ts';

/** Runs work on a host when fewer than `forks` hosts are at work, and reports the wait and its end. */
export function inTurnOf<Result>(
  { context, host: { name: host }, waited }: ItemRun,
  kind: 'looking' | 'changing',
  work: () => Promise<Result>,
): Promise<Result> {
  context.live({ host, activity: { kind: 'waiting_for_turn' } });
  const begun = waited.begin();
  return context.turns.connected(() => {
    begun();
    return whileDoing(context.live, { host, activity: { kind } }, work);
  });
}
