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
  ['a command', 'the command failed', 'no such thing', /failed_when: '!\(result\.rc in \[0, 1\]\)'/],
])('%s has its own remedy', (_, what, stderr, remedy) => {
  expect(failureRemedy(what, { status: 1, stderr, isCommand: true })).toMatch(remedy);
});
