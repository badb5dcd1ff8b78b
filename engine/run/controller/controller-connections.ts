import { homedir } from 'node:os';
import { basename } from 'node:path';
import type { Scope } from '../../values/base/value.ts';
import { type ControllerAccess, realPath } from '../../values/controller-access.ts';
import { CONNECTION_VARIABLES, type ConnectionVariable } from '../base/connection-variables.ts';

/** Variables of a host that start programs of the controller, load code of it, or affect how that is done. */
const RUNNING: readonly ConnectionVariable[] = [
  CONNECTION_VARIABLES.proxyCommand,
  CONNECTION_VARIABLES.firstArguments,
  CONNECTION_VARIABLES.commonArguments,
  CONNECTION_VARIABLES.extraArguments,
  CONNECTION_VARIABLES.executable,
  CONNECTION_VARIABLES.pkcs11,
];

/**
 * Checks the permissions for a connection: the variables of a host may name programs that make the connection, and a
 * file to which host keys are written. A key file is only read to log in. Throws Problem `controller-refused`.
 */
export function permitConnection(name: string, scope: Scope, access: ControllerAccess): void {
  if (access.isFull) return;
  for (const variable of RUNNING.flatMap(({ names }) => names))
    if (isGiven(scope, variable)) access.permit({ kind: 'run', what: `${variable} of the host ${name}` }, undefined);
  const knownHosts = scope.lookup('ansible_known_hosts_file');
  if (typeof knownHosts !== 'string') return;
  const path = knownHosts.startsWith('~/') ? `${homedir()}${knownHosts.slice(1)}` : knownHosts;
  // A file with this name may be used for host keys, in any folder. The name of a link is not enough, because the link
  // may lead to any other file. A path with a quote is refused, because ssh would interpret the quote.
  const isForKeys = basename(realPath(path)).startsWith('known_hosts') && !/["\s]/.test(path);
  if (!isForKeys) access.permit({ kind: 'write', path }, undefined);
}

function isGiven(scope: Scope, name: string): boolean {
  const value = scope.lookup(name);
  return value !== undefined && value !== null;
}
