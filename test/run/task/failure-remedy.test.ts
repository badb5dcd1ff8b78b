import { expect, test } from 'vitest';
import { failureRemedy } from '../../../engine/run/task/failure-remedy.ts';

const NOT_STARTED = 'ntpsec.service could not be started';

test.each([
  [
    'a unit whose condition is not met',
    NOT_STARTED,
    'ntpsec.service was skipped because of an unmet condition check (ConditionCapability=CAP_SYS_TIME).',
    /^Correct the condition of the unit/,
  ],
  ['a unit that fails', NOT_STARTED, 'Main process exited, code=exited', /`journalctl --unit ntpsec\.service`/],
  ['a unit without a right', NOT_STARTED, 'open: Permission denied', /become: true/],
  ['a full disk, as dash tells it', 'it failed', 'cannot write /etc/hosts: no space left?', /^Make room on the host/],
  ['a full disk, as unzip tells it', 'it failed', 'a/big:  write error (disk full?).', /^Make room on the host/],
  [
    'a file that curl cannot write',
    'it failed',
    'curl: (23) Failure writing output',
    /^Make room on the host \(.*write/,
  ],
  ['a lock of accounts', 'it failed', 'useradd: cannot lock /etc/passwd; try again later.', /\/etc\/\*\.lock/],
  ['a home', 'it failed', 'useradd: cannot create directory /srv/a', /above \/srv\/a can .* `findmnt -T \/srv\/a`/],
  ['a command', 'the command failed', 'no such thing', /failed_when: '!\(result\.rc in \[0, 1\]\)'/],
])('%s has its own remedy', (_, what, stderr, remedy) => {
  expect(failureRemedy(what, { status: 1, stderr, isCommand: true })).toMatch(remedy);
});
