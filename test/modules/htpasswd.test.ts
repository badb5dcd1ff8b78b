import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type StoredForm, matchPassword, storedPassword } from '../../engine/modules/edit/stored-password.ts';
import { module as htpasswd } from '../../engine/modules/htpasswd.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { told } from './told.ts';
import { planHere, settleHere } from './try-module.ts';

// Hashes are not words. cspell:disable
const LONG = 'pässwörd with blanks and more than sixteen';
/** What passlib, with which Ansible compares, stores for these passwords. */
const STORED = [
  ['', '$apr1$saltsalt$a8ml/vK5HEjiZ5oypDWA7/'],
  ['', '$1$ab$rn6aQS/o7141mj179E/zA.'],
  ['', '{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
  ['a', '$apr1$saltsalt$OEnK0QmmvoDzFw9W2yFYT/'],
  ['a', '$1$ab$NM4FR4Dl/CzoTSJTd3YJ3.'],
  ['hunter22', '$apr1$saltsalt$8XeAS.ua4rpINl8yYdAiV.'],
  ['hunter22', '$1$ab$ulfl1DcfdgKaCiKLnLfiD0'],
  ['hunter22', '{SHA}YLOvi/43NWI8fUpe90m7asGkQTo='],
  [LONG, '$apr1$saltsalt$KuKcgULPW32AtZtzAJaxl.'],
  [LONG, '$1$ab$QLLKXgjZVHT7a0cUkbKRo1'],
] as const;
// cspell:enable

describe('stored passwords', () => {
  test.for(STORED)('%j is the password of %s, and no other one is', ([password, stored]) => {
    expect(matchPassword(password, stored, 'apr_md5_crypt')).toBe('same');
    expect(matchPassword(`${password}x`, stored, 'apr_md5_crypt')).toBe('other');
  });

  test.for(['apr_md5_crypt', 'md5_crypt', 'ldap_sha1', 'plaintext'] as const)(
    'stores by %s what it knows again',
    (form) => {
      const stored = storedPassword(LONG, form, 'ann');
      expect(matchPassword(LONG, stored, form)).toBe('same');
      expect(matchPassword('x', stored, form)).toBe('other');
    },
  );

  test('takes a salt of its own for each user', () => {
    const of = (user: string, form: StoredForm = 'apr_md5_crypt'): string => storedPassword('hunter22', form, user);
    expect(of('ann')).not.toBe(of('bob'));
    expect(of('ann')).toBe(of('ann'));
  });

  test('does not know other forms', () => {
    expect(matchPassword('x', '$2y$05$abc', 'apr_md5_crypt')).toBe('unknown');
    expect(matchPassword('x', 'abcdefghijklm', 'apr_md5_crypt')).toBe('unknown');
  });
});

const OTHERS = '# users\nann:$2y$05$nothing\r\nanna:{SHA}x\n';

function passwords(content?: string): string {
  const path = join(temporaryFolder('runbook-htpasswd-'), 'new/passwords');
  if (content === undefined) return path;
  const other = join(temporaryFolder('runbook-htpasswd-'), 'passwords');
  writeFileSync(other, content);
  return other;
}

test('makes the file with its mode, and shows neither the password nor its hash', async () => {
  const path = passwords();
  const { change } = await settleHere(htpasswd, { path, name: 'bob', password: Secret.of('hunter22'), mode: '0640' });
  const [line = ''] = readFileSync(path, 'utf8').split('\n');
  expect(line).toMatch(/^bob:\$apr1\$[./0-9A-Za-z]{8}\$[./0-9A-Za-z]{22}$/);
  expect(matchPassword('hunter22', line.slice(4), 'apr_md5_crypt')).toBe('same');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  const shown = JSON.stringify(change.differences);
  for (const secret of ['hunter22', line.slice(4)]) expect(shown).not.toContain(secret);
});

test('adds, changes and removes one user, and keeps the other lines', async () => {
  const path = passwords(OTHERS);
  await settleHere(htpasswd, { path, name: 'bob', password: 'one' });
  await settleHere(htpasswd, { path, name: 'bob', password: 'two', hash_scheme: 'ldap_sha1' });
  expect(readFileSync(path, 'utf8')).toBe(`${OTHERS}bob:${storedPassword('two', 'ldap_sha1', '')}\n`);
  // The hash of the right password stays, whatever its form.
  expect((await planHere(htpasswd, { path, name: 'bob', password: 'two' })).outcome.kind).toBe('in_sync');
  await settleHere(htpasswd, { path, name: 'bob', state: 'absent' });
  expect(readFileSync(path, 'utf8')).toBe(OTHERS);
});

test('refuses to replace a hash that it cannot compare, and follows its own remedy', async () => {
  const path = passwords(OTHERS);
  const { outcome } = await planHere(htpasswd, { path, name: 'ann', password: 'x' });
  expect(told(outcome)).toContain(
    `the password of ann in ${path} cannot be compared: The file has it in the form $2y$.`,
  );
  await settleHere(htpasswd, { path, name: 'ann', password: '$2y$05$other', hash_scheme: 'plaintext' });
  expect(readFileSync(path, 'utf8')).toContain('ann:$2y$05$other\r\n');
});

test('has nothing to remove from a missing file, and says that a password is not known yet', async () => {
  const path = passwords();
  expect((await planHere(htpasswd, { path, name: 'bob', state: 'absent' })).outcome.kind).toBe('in_sync');
  const { outcome } = await planHere(htpasswd, { path, name: 'bob', password: new Unknown('later') });
  expect(outcome.kind === 'change' ? outcome.differences.at(-1) : outcome).toMatchObject({
    after: { because: 'later' },
  });
});

test.for([
  [{ name: 'a:b', password: 'x' }, /must be the name of a user/],
  [{ name: 'a\nroot', password: 'x' }, /must be the name of a user/],
  [{ name: 'ann', password: 'x\ny' }, /must be one line/],
  [{ name: 'ann' }, /needs "password"/],
  [{ name: 'ann', password: 'x', hash_scheme: 'bcrypt' }, /must be one of apr_md5_crypt/],
] as const)('refuses %j', async ([args, message]) => {
  await expect(planHere(htpasswd, { path: '/x', ...args })).rejects.toThrow(message);
});
