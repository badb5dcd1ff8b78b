import { expect, test } from 'vitest';
import { ALL_CONNECTION_VARIABLES } from '../../../engine/run/base/connection-variables.ts';
import { connectionValues } from '../../../engine/run/machine/connection-values.ts';
import { scopeOf } from '../../values/variables.ts';

/**
 * Pairs of names with one meaning: first the one that Ansible's connection plugin ssh uses if both are set, then the
 * other.
 */
const PAIRS: readonly (readonly [string, string])[] = [
  ['ansible_ssh_host', 'ansible_host'],
  ['ansible_ssh_port', 'ansible_port'],
  ['ansible_ssh_user', 'ansible_user'],
  ['ansible_ssh_password', 'ansible_ssh_pass'],
  ['ansible_ssh_pass', 'ansible_password'],
  ['ansible_ssh_password', 'ansible_password'],
  ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  ['ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase'],
  ['ansible_ssh_host_key_checking', 'ansible_host_key_checking'],
];

const variableOf = (name: string) => {
  const found = ALL_CONNECTION_VARIABLES.find(({ names }) => names.includes(name));
  if (found === undefined) throw new Error(name);
  return found;
};

test.each(PAIRS)('%s goes ahead of %s', (first, second) => {
  const valueOf = (variables: Readonly<Record<string, string>>): string | undefined =>
    connectionValues('h', scopeOf(variables)).text(variableOf(first));
  expect(valueOf({ [first]: 'a', [second]: 'b' })).toBe('a');
  expect(valueOf({ [second]: 'b', [first]: 'a' })).toBe('a');
  expect(valueOf({ [second]: 'b' })).toBe('b');
});

test('every two names of what is kept are tried', () => {
  const tried = new Set(PAIRS.map((pair) => pair.join()));
  const all = ALL_CONNECTION_VARIABLES.filter(({ use }) => use === 'kept').flatMap(({ names }) =>
    names.flatMap((name, index) => names.slice(index + 1).map((other) => `${name},${other}`)),
  );
  expect(all.toSorted()).toEqual([...tried].toSorted());
});

test('a name that is null is not set', () => {
  const values = connectionValues('h', scopeOf({ ansible_ssh_user: null, ansible_user: 'b' }));
  expect(values.text(variableOf('ansible_user'))).toBe('b');
});
