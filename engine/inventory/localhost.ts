import type { Value } from '../values/base/value.ts';
import type { Layer } from '../values/scope.ts';
import type { Host } from './inventory.ts';

/**
 * Name of the controller as a host. It exists even if no inventory names it, is used without SSH, and is in no group
 * except `all`.
 */
export const LOCALHOST = 'localhost';

/**
 * Makes the host for the controller if the inventory has none of that name. As in Ansible, it has the variables of
 * `all` and of host_vars/localhost.
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
