import { BECOME_METHODS, type WithoutEffect } from '../../connection/base/target.ts';
import { Problem } from '../../errors/problem.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Scope, Value } from '../../values/base/value.ts';
import { ansibleVariable } from '../../values/habits/ansible-variables.ts';
import { nearestName } from '../../values/language/suggest.ts';
import { ALL_CONNECTION_VARIABLES } from '../base/connection-variables.ts';

const PREFIX = 'ansible_';

/** Variables about becoming another user, which `become` of a play and `becoming.ts` read. */
const OF_BECOME: readonly string[] = ['become', ...BECOME_METHODS].flatMap((of) =>
  ['user', 'pass', 'password', 'exe', 'flags'].map((what) => `ansible_${of}_${what}`),
);

const KNOWN: ReadonlySet<string> = new Set([
  ...ALL_CONNECTION_VARIABLES.flatMap(({ names }) => names),
  ...OF_BECOME,
  'ansible_become',
  'ansible_become_method',
]);

/** Wrong names that people often write, and that are too different from the right ones for a suggestion by spelling. */
const MISTAKEN: ReadonlyMap<string, string> = new Map([
  ['ansible_address', 'ansible_host'],
  ['ansible_ip', 'ansible_host'],
  ['ansible_remote_host', 'ansible_host'],
  ['ansible_remote_port', 'ansible_port'],
  ['ansible_remote_user', 'ansible_user'],
  ['ansible_username', 'ansible_user'],
  ['ansible_ssh_username', 'ansible_ssh_user'],
  ['ansible_pass', 'ansible_password'],
  ['ansible_key_file', 'ansible_private_key_file'],
  ['ansible_ssh_key', 'ansible_ssh_private_key_file'],
  ['ansible_ssh_key_file', 'ansible_ssh_private_key_file'],
]);

/**
 * Returns variables of a host that are probably misspelt connection variables: `ansible_hots` has no effect, so the run
 * would reach another machine than the intended one. Lists and maps are left out, because no connection variable is
 * one.
 */
export function misspeltVariables(scope: Scope): readonly WithoutEffect[] {
  return scope.names().flatMap((name) => {
    const meant = meantBy(name);
    return meant === undefined || !isSimple(name, scope)
      ? []
      : [{ what: name, why: `There is no such variable. Did you mean ${meant}?` }];
  });
}

function meantBy(name: string): string | undefined {
  if (!name.startsWith(PREFIX) || KNOWN.has(name) || ansibleVariable([name]) !== undefined) return undefined;
  const mistaken = MISTAKEN.get(name);
  if (mistaken !== undefined) return mistaken;
  // Compared without the prefix, which would make short names look similar: ansible_zone and ansible_port.
  const rests = [...KNOWN].map((one) => one.slice(PREFIX.length));
  const nearest = nearestName(name.slice(PREFIX.length), rests, { most: 2 });
  return nearest === undefined ? undefined : `${PREFIX}${nearest}`;
}

/** Returns whether the value is a single one. A value that cannot be rendered is reported where it is used. */
function isSimple(name: string, scope: Scope): boolean {
  try {
    const value: Value | undefined = scope.lookup(name);
    return value instanceof Secret || ['string', 'number', 'boolean'].includes(typeof value);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
