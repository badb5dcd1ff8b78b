import type { Value } from '../values/base/value.ts';
import type { Host, Inventory } from './inventory.ts';

/**
 * There is always this machine, even if no inventory names it. It is reached without SSH, and is in no group but `all`.
 */
export const LOCALHOST = 'localhost';

/** The host that stands for this machine: the inventory's own, or the one that is always there. */
export function localhostOf({ hosts, directory }: Inventory): Host {
  const variables = new Map<string, Value>([['ansible_connection', 'local']]);
  return (
    hosts.get(LOCALHOST) ?? {
      name: LOCALHOST,
      groups: ['all'],
      directory,
      layers: [{ level: 'host_vars', origin: 'runbook', variables }],
    }
  );
}
