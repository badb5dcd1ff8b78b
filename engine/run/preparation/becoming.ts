import { BECOME_METHODS, type BecomeMethod, type BecomePrivilege } from '../../connection/base/target.ts';
import { Problem, type Place } from '../../errors/problem.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Scope, Value } from '../../values/base/value.ts';

/**
 * Returns how to become `user`: by the method of the task, else by that of the variables. The names of variables are
 * those of Ansible's become plugins, with the same priority: a variable of one method (`ansible_su_pass`) before one of
 * all methods (`ansible_become_pass`). Throws Problem `become-method`.
 */
export function becoming(user: string, wanted: BecomeMethod | undefined, scope: Scope, place: Place): BecomePrivilege {
  const method = wanted ?? methodOf(scope, place);
  const text = (...names: readonly string[]): string | undefined => textOf(saidOf(method, names, scope));
  const password = text('pass', 'password');
  const exe = text('exe');
  const flags = text('flags');
  return {
    kind: 'become',
    method,
    user,
    ...(password === undefined ? {} : { password }),
    ...(exe === undefined ? {} : { exe }),
    ...(flags === undefined ? {} : { flags }),
  };
}

/** Returns the user to become from the variables, for a task that names none. Throws Problem `become-method`. */
export function userToBecome(wanted: BecomeMethod | undefined, scope: Scope, place: Place): Value | undefined {
  return saidOf(wanted ?? methodOf(scope, place), ['user'], scope);
}

/** Returns the value of the first variable that is set, of the method or of all methods. */
function saidOf(method: BecomeMethod, names: readonly string[], scope: Scope): Value | undefined {
  const all = [method, 'become'].flatMap((of) => names.map((name) => `ansible_${of}_${name}`));
  return all.map((name) => scope.lookup(name)).find((one) => one !== undefined && one !== null);
}

function methodOf(scope: Scope, place: Place): BecomeMethod {
  const value = scope.lookup('ansible_become_method');
  if (value === undefined || value === null) return 'sudo';
  const method = BECOME_METHODS.find((one) => one === value);
  if (method !== undefined) return method;
  throw new Problem({
    code: 'become-method',
    what: `There is no become method ${JSON.stringify(value instanceof Secret ? '…' : value)}`,
    place,
    why: 'It is what ansible_become_method says.',
    remedy: `Use one of ${BECOME_METHODS.join(', ')}.`,
  });
}

function textOf(value: Value | undefined): string | undefined {
  const text = revealed(value);
  if (typeof text === 'number') return `${text}`;
  return typeof text === 'string' ? text : undefined;
}
