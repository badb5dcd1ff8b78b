import type { Compiled } from '../values/compiled.ts';
import { NO_BACKGROUND } from '../values/habits/ansible-differences.ts';
import type { Fields } from './base/fields.ts';

/**
 * Reads `async` and `poll` of Ansible. A task that is waited for (`poll` above 0, as by default) has a time limit in
 * seconds; undefined: it has none. A task that nobody waits for is reported.
 */
export function readTimeLimit(fields: Fields): Compiled | undefined {
  const seconds = fields.numberOrTemplate('async');
  const poll = fields.numberOrTemplate('poll');
  if (seconds === undefined || seconds.literal === 0) return undefined;
  if (poll === undefined || (typeof poll.literal === 'number' && poll.literal > 0)) return seconds;
  return fields.problems.add({
    code: 'not-supported',
    what:
      poll.literal === undefined
        ? 'poll must be a number, and not a template'
        : 'A task cannot continue in the background',
    place: fields.placeOf('poll'),
    why: 'runbook waits for each task, and all hosts work at the same time.',
    remedy: NO_BACKGROUND,
  });
}
