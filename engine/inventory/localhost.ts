import type { Value } from '../values/base/value.ts';
import type { Layer } from '../values/scope.ts';
import type { Host } from './inventory.ts';

/**
 * There is always this machine, even if no inventory names it. It is reached without SSH, and is in no group but `all`.
 */
export const LOCALHOST = 'localhost';

/**
 * The host that stands for this machine where the inventory has none of that name. As in Ansible, it has the variables
 * of `all` and of host_vars/localhost.
 */
export function implicitLocalhost(directory: string, ofAll: readonly Layer[], own: readonly Layer[]): Host {
  const variables = new Map<string, Value>([['ansible_connection', 'local']]);
  return {
    name: LOCALHOST,
    groups: ['all'],
    directory,
    layers: [...ofAll, { level: 'host_vars', origin: 'runbook', variables }, ...own],
  };
}
