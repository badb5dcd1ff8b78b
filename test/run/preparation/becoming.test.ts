import { expect, test } from 'vitest';
import type { BecomePrivilege } from '../../../engine/connection/base/target.ts';
import { becoming, userToBecome } from '../../../engine/run/preparation/becoming.ts';
import type { Value } from '../../../engine/values/base/value.ts';
import { scopeOf } from '../../values/variables.ts';

const place = { file: 'site.yml', line: 3, column: 5 };

test.each<[string, Record<string, Value>, Partial<BecomePrivilege>]>([
  ['nothing is sudo', {}, { method: 'sudo' }],
  ['a method', { ansible_become_method: 'su' }, { method: 'su' }],
  ['its password', { ansible_become_password: 'a' }, { method: 'sudo', password: 'a' }],
  ['a password that is a number', { ansible_become_pass: 1234 }, { method: 'sudo', password: '1234' }],
  [
    'what is said of sudo goes ahead',
    { ansible_sudo_pass: 'b', ansible_become_password: 'a' },
    { method: 'sudo', password: 'b' },
  ],
  [
    'pass goes ahead of password',
    { ansible_become_password: 'a', ansible_become_pass: 'b' },
    { method: 'sudo', password: 'b' },
  ],
  [
    'what is said of another method does not count',
    { ansible_su_pass: 'b', ansible_become_password: 'a' },
    { method: 'sudo', password: 'a' },
  ],
  [
    'what is said of su',
    { ansible_become_method: 'su', ansible_su_password: 'b', ansible_su_exe: '/bin/su' },
    { method: 'su', password: 'b', exe: '/bin/su' },
  ],
  [
    'program and flags',
    { ansible_become_exe: '/opt/sudo', ansible_become_flags: '-H -E' },
    { method: 'sudo', exe: '/opt/sudo', flags: '-H -E' },
  ],
])('%s', (_what, variables, expected) => {
  expect(becoming('root', undefined, scopeOf(variables), place)).toEqual({ kind: 'become', user: 'root', ...expected });
});

test('the method of the task goes ahead of the one of the host', () => {
  expect(becoming('root', 'doas', scopeOf({ ansible_become_method: 'su' }), place)).toEqual({
    kind: 'become',
    user: 'root',
    method: 'doas',
  });
});

test.each(['runas', 'pbrun', '', 5])('the method %j is refused with those that there are', (method) => {
  expect(() => becoming('root', undefined, scopeOf({ ansible_become_method: method }), place)).toThrow(
    expect.objectContaining({ code: 'become-method', remedy: 'Use one of sudo, su, doas.' }),
  );
});

test.each<[string, Record<string, Value>, Value | undefined]>([
  ['nobody', {}, undefined],
  ['who all methods become', { ansible_become_user: 'a' }, 'a'],
  ['who sudo becomes goes ahead', { ansible_become_user: 'a', ansible_sudo_user: 'b' }, 'b'],
  ['who another method becomes does not count', { ansible_su_user: 'b', ansible_become_user: 'a' }, 'a'],
  ['null is not set', { ansible_sudo_user: null, ansible_become_user: 'a' }, 'a'],
  ['who su becomes', { ansible_become_method: 'su', ansible_su_user: 'b', ansible_sudo_user: 'c' }, 'b'],
])('the variables name the user to become: %s', (_what, variables, expected) => {
  expect(userToBecome(undefined, scopeOf(variables), place)).toBe(expected);
});
