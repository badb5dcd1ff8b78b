import { expect, test } from 'vitest';
import { ALL_CONNECTION_VARIABLES } from '../../../engine/run/base/connection-variables.ts';
import { argumentsFor } from '../../../engine/run/machine/connection-arguments.ts';
import { misspeltVariables } from '../../../engine/run/machine/misspelt-variables.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { scopeOf } from '../../values/variables.ts';

test.each([
  ['ansible_hots', 'ansible_host'],
  ['ansible_hosts', 'ansible_host'],
  ['ansible_Host', 'ansible_host'],
  ['ansible_prot', 'ansible_port'],
  ['ansible_connections', 'ansible_connection'],
  ['ansible_ssh_prot', 'ansible_ssh_port'],
  ['ansible_ssh_private_keyfile', 'ansible_ssh_private_key_file'],
  ['ansible_pasword', 'ansible_password'],
  ['ansible_become_pasword', 'ansible_become_password'],
  ['ansible_become_methods', 'ansible_become_method'],
  ['ansible_becom', 'ansible_become'],
  ['ansible_username', 'ansible_user'],
  ['ansible_remote_user', 'ansible_user'],
  ['ansible_pass', 'ansible_password'],
])('%s was to be %s', (written, meant) => {
  const why = `There is no such variable. Did you mean ${meant}?`;
  expect(misspeltVariables(scopeOf({ [written]: 'x', app_port: 80 }))).toEqual([{ what: written, why }]);
});

test.each<readonly [string, Parameters<typeof scopeOf>[0]]>([
  ['variables of another prefix', { hots: 'a', possible_host: 'a' }],
  ['facts of Ansible', { ansible_hostname: 'a', ansible_user_id: 'a', ansible_distribution: 'Debian' }],
  ['what Ansible itself gives', { ansible_managed: 'a', ansible_forks: 5, ansible_python_interpreter: 'python3' }],
  ['variables of other connections', { ansible_network_os: 'ios' }],
  ['short names of somebody', { ansible_zone: 'a', ansible_role: 'a', ansible_home: '/a' }],
  ['lists and maps of somebody', { ansible_users: ['a'], ansible_ports: { web: 80 } }],
  [
    'what is known',
    Object.fromEntries(ALL_CONNECTION_VARIABLES.flatMap(({ names }) => names).map((name) => [name, 1])),
  ],
  ['how to become', { ansible_become: true, ansible_su_pass: 'a', ansible_sudo_flags: '-H', ansible_doas_exe: 'doas' }],
])('nothing is said of %s', (_what, variables) => {
  expect(misspeltVariables(scopeOf(variables))).toEqual([]);
});

test('it is said with the variables that have no effect, and without the value', () => {
  const { withoutEffect } = argumentsFor('h', scopeOf({ ansible_pasword: Secret.of('hunter2hunter2') }));
  expect(withoutEffect).toEqual([
    { what: 'ansible_pasword', why: 'There is no such variable. Did you mean ansible_password?' },
  ]);
});
