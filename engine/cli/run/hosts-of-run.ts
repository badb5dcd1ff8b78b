import type { ConnectionFlags } from '../options/common-options.ts';
import { type Performance, performRun } from './perform-run.ts';

/**
 * Returns the hosts that a run would work on. Connects to nothing. Throws Problems for mistakes that are found before
 * the first connection.
 */
export async function hostsOfRun(performance: Performance, flags: ConnectionFlags): Promise<ReadonlySet<string>> {
  const silent = { emit: (): void => {}, live: (): void => {}, finish: (): Promise<void> => Promise.resolve() };
  const { hosts } = await performRun({ ...performance, isCheckOnly: true }, flags, silent);
  return hosts;
}
