import { expect, test } from 'vitest';
import type { BecomePrivilege } from '../../../engine/connection/base/target.ts';
import { askedAgain, becomeFailure, otherQuestion } from '../../../engine/connection/shell/become-failure.ts';

const by = (method: BecomePrivilege['method'], user: string, password?: string): BecomePrivilege => ({
  kind: 'become',
  method,
  user,
  ...(password === undefined ? {} : { password }),
});

/** What the sudo of other systems says, such as sudo-rs of Ubuntu. The real one is tried by test/ssh/sudo.test.ts. */
test.each([
  ['sudo: interactive authentication is required', by('sudo', 'root'), 'sudo-password-needed', /NOPASSWD/],
  ["sudo: user 'nobody-here' not found", by('sudo', 'nobody-here'), 'no-such-account', /become_user/],
  [
    'sudo: Authentication failed, try again.\nsudo: Maximum 3 incorrect authentication attempts',
    by('sudo', 'root', 'x'),
    'sudo-password-wrong',
    /login user's own/,
  ],
  ["sudo: I'm sorry ada. I'm afraid I can't do that", by('sudo', 'root', 'x'), 'sudo-refused', /sudo -l/],
  ['env: ‘sudo’: No such file or directory', by('sudo', 'root'), 'sudo-missing', /Install sudo/],
  [
    'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator',
    by('sudo', 'root', 'x'),
    'sudo-refused',
    /chage -E -1/,
  ],
  [
    'Your account has expired; please contact your system administrator.\nsu: Authentication failure',
    by('su', 'bea', 'x'),
    'become-refused',
    /chage -E -1 bea/,
  ],
] as const)('%j', (said, privilege, code, remedy) => {
  expect(becomeFailure('web', privilege, said, 1)).toMatchObject({ code, remedy: expect.stringMatching(remedy) });
});

test('a second question is a wrong password, or a password that has expired', () => {
  expect(askedAgain('web', by('su', 'bea', 'x'), '\nsu')).toMatchObject({ code: 'become-password-wrong' });
  const said = 'You are required to change your password immediately (administrator enforced).\nCurrent password:';
  expect(askedAgain('web', by('su', 'bea', 'x'), said)).toMatchObject({
    code: 'become-refused',
    why: said,
    remedy: expect.stringContaining('passwd bea'),
  });
});

test('a question that is not for the password is told as such', () => {
  expect(otherQuestion('web', by('sudo', 'root', 'x'), 'Password for ada@EXAMPLE.ORG:')).toMatchObject({
    code: 'sudo-refused',
    what: 'web: sudo asks something that runbook cannot answer before it lets anybody become root',
    why: 'Password for ada@EXAMPLE.ORG:',
    remedy: expect.stringContaining('Defaults passprompt_override'),
  });
  const said =
    'sudo: Account or password is expired, reset your password and try again\nChanging password for ada.\n[sudo] password for %p:';
  expect(otherQuestion('web', by('sudo', 'root', 'x'), said).remedy).toContain('passwd ada.');
  expect(otherQuestion('web', by('su', 'bea', 'x'), '')).toMatchObject({ why: 'su said nothing.' });
});
