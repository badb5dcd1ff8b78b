import { Secret } from '../../values/base/secret.ts';
import type { Scope } from '../../values/base/value.ts';
import { CONNECTION_VARIABLES } from '../base/connection-variables.ts';
import { saidOf, WrongConnectionValue } from './connection-values.ts';

export type ConnectionKind = 'local' | 'ssh' | 'openssh';

/** Names of connections. `smart` is Ansible's default, and its plugins have long names. */
const KINDS: ReadonlyMap<string, ConnectionKind> = new Map([
  ['local', 'local'],
  ['ansible.builtin.local', 'local'],
  ['ssh', 'ssh'],
  ['ansible.builtin.ssh', 'ssh'],
  ['smart', 'ssh'],
  ['openssh', 'openssh'],
]);

/** Returns how a host is reached. Throws Problem `unknown-connection`. */
export function connectionOf(host: string, scope: Scope): ConnectionKind {
  const said = wordOf(host, scope);
  const kind = KINDS.get(said);
  if (kind !== undefined) return kind;
  throw new WrongConnectionValue('ansible_connection', {
    code: 'unknown-connection',
    what: `${host}: there is no connection "${said}"`,
    why: 'It is what ansible_connection says.',
    remedy: 'Use ssh, openssh or local.',
  });
}

/** Returns whether a host is the controller itself. */
export function isController(host: string, scope: Scope): boolean {
  return KINDS.get(wordOf(host, scope)) === 'local';
}

function wordOf(host: string, scope: Scope): string {
  const value = saidOf(CONNECTION_VARIABLES.connection, scope)?.value;
  if (value === undefined) return host === 'localhost' ? 'local' : 'ssh';
  if (value instanceof Secret) return value.reveal();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
