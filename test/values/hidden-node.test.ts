import { expect, test } from 'vitest';
import { ALL_CONNECTION_VARIABLES } from '../../engine/run/base/connection-variables.ts';
import { isCredential } from '../../engine/values/hidden-node.ts';

test.each([
  'ansible_password',
  'ansible_ssh_pass',
  'ansible_become_password',
  'ansible_ssh_private_key_passphrase',
  'ansible_pasword',
  'ansible_passwrd',
  'ansible_paswword',
  'ansible_passwort',
  'ansible_Password',
  'ansible_pas',
  'ansible_ssh_pasword',
  'ansible_sshpass',
  'ansible_become_pasword',
  'ansible_become_passwords',
  'ansible_becomepass',
  'ansible__password',
  'ansible_password_',
  'ansibel_password',
  'anisble_become_pass',
  'ansiblepassword',
  'ansible_private_key_passphrse',
])('%s is a secret', (name) => {
  expect(isCredential(name)).toBe(true);
});

const OTHERS = ALL_CONNECTION_VARIABLES.flatMap(({ names }) => names).filter(
  (name) => !/(?:pass|password|passphrase)$/.test(name),
);

test.each([
  ...OTHERS,
  'ansible_become_user',
  'ansible_python_interpreter',
  'ansible_roles_path',
  'ansible_paths',
  'ansible_parts',
  'ansible_host',
  'ansible_password_file',
  'ansible_user_shell',
  'password',
  'db_pasword',
  'a',
  'ansible_',
  'ansible',
])('%s is none', (name) => {
  expect(isCredential(name)).toBe(false);
});
