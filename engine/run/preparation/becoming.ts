import { BECOME_METHODS, type BecomeMethod, type BecomePrivilege } from '../../connection/base/target.ts';
import { Problem, type Place } from '../../errors/problem.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Scope, Value } from '../../values/base/value.ts';

/**
 * How to become `user`: by the method of the task, else of the variables. The names of variables are those of Ansible's
 * become plugins: what is said of one method (`ansible_su_pass`) goes ahead of what is said of all
 * (`ansible_become_password`). Throws Problem `become-method`.
 */
export function becoming(user: string, wanted: BecomeMethod | undefined, scope: Scope, place: Place): BecomePrivilege {
  const method = wanted ?? methodOf(scope, place);
  const said = (...names: readonly string[]): string | undefined => {
    const value = [
      ...names.map((name) => `ansible_${method}_${name}`),
      ...names.map((name) => `ansible_become_${name}`),
    ]
      .map((name) => scope.lookup(name))
      .find((one) => one !== undefined && one !== null);
    return textOf(value);
  };
  const password = said('password', 'pass');
  const exe = said('exe');
  const flags = said('flags');
  return {
    kind: 'become',
    method,
    user,
    ...(password === undefined ? {} : { password }),
    ...(exe === undefined ? {} : { exe }),
    ...(flags === undefined ? {} : { flags }),
  };
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
  const text = value instanceof Secret ? value.reveal() : value;
  if (typeof text === 'number') return `${text}`;
  return typeof text === 'string' ? text : undefined;
}
