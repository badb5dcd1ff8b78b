import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as user } from '../../../engine/modules/user.ts';
import { SystemHost } from '../system-host.ts';

interface Row {
  readonly what: string;
  readonly args: object;
  readonly before: string;
  /** The fields that change. */
  readonly shows?: readonly string[];
  readonly fails?: string;
  /** The command that the module would call, which refuses. */
  readonly program?: string;
}

const KEPT = { name: 'pa' };

/**
 * usermod and userdel refuse these changes while the account has a process. Each account has its own number, as nobody
 * waits for the process of the one before.
 */
const busy = (
  uid: number,
): string => `useradd -m -u ${uid} pa; setpriv --reuid=pa --regid=pa --clear-groups sleep 3600 >/dev/null 2>&1 & echo $! >/run/pa.pid
until [ "$(cat /proc/$(cat /run/pa.pid)/comm)" = sleep ]; do :; done`;
const CHANGES_OF_BUSY: readonly Row[] = [
  {
    what: 'the home of an account in use cannot change',
    args: { ...KEPT, home: '/home/new' },
    before: busy(4801),
    program: 'usermod -d /home/new pa',
    fails: 'The home directory of the account pa cannot change while sleep (process PID) runs under it',
  },
  {
    what: 'the number of an account in use cannot change',
    args: { ...KEPT, uid: 4711 },
    before: busy(4802),
    program: 'usermod -u 4711 pa',
    fails: 'The number of the account pa cannot change while sleep (process PID) runs under it',
  },
  {
    what: 'an account in use cannot be removed',
    args: { ...KEPT, state: 'absent' },
    before: busy(4803),
    program: 'userdel pa',
    fails: 'The account pa cannot be removed while sleep (process PID) runs under it',
  },
  {
    what: 'the shell of an account in use changes',
    args: { ...KEPT, home: '/home/pa', shell: '/bin/dash' },
    before: busy(4804),
    shows: ['shell'],
  },
  {
    what: 'the home of an account changes where only others are in use',
    args: { ...KEPT, name: 'pb', home: '/home/new' },
    before: `useradd -m pb; ${busy(4805)}`,
    shows: ['home', 'home directory'],
  },
];

describe.skipIf(SystemHost.missing !== undefined)('an account with a process', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
  });
  afterAll(() => host.stop());

  test.each(CHANGES_OF_BUSY)('$what', async (row) => {
    host.run('kill $(cat /run/pa.pid); userdel -f -r pa; userdel -r pb');
    expect(host.run(row.before).status).toBe(0);
    const outcome = host.plan(user, row.args);
    if (row.fails === undefined) {
      expect((await host.apply(user, row.args)).failure).toBeUndefined();
      if (outcome.kind !== 'change') throw new Error(outcome.kind);
      expect(outcome.differences.map((one) => (one.kind === 'field' ? one.field : ''))).toEqual(row.shows);
      return;
    }
    const pid = host.run('cat /run/pa.pid').stdout.toString().trim();
    expect(outcome).toMatchObject({ kind: 'impossible', what: row.fails.replace('PID', pid) });
    expect(host.run(row.program ?? '').status).toBe(8);
  });
});
