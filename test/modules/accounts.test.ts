import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as group } from '../../engine/modules/group.ts';
import { module as user } from '../../engine/modules/user.ts';
import { seededRandom } from '../seeded-random.ts';
import { lies, planThenPlay } from './host-chain.ts';
import { BEFORE, HASH, OTHER, chosen, randomLink } from './random-accounts.ts';
import { SystemHost } from './system-host.ts';

const RESET = `for u in pa pb; do userdel -r $u; done; for g in pa pb ga gb; do groupdel $g; done; rm -rf /home/*; true`;

interface Row {
  readonly what: string;
  readonly args: object;
  readonly before: string;
  /** The fields that change; undefined if none changes. */
  readonly shows?: readonly string[];
  readonly proof?: string;
  readonly fails?: string;
}

const WITH_HASH = `useradd -m pa; echo 'pa:${HASH}' | chpasswd -e`;
const HAS = (field: string): string => `test "$(getent shadow pa | cut -d: -f2)" = '${field}'`;
const KEPT = { name: 'pa' };

const TABLE: readonly Row[] = [
  {
    what: 'a locked account with the same password is left locked',
    args: { ...KEPT, password: HASH },
    before: `${WITH_HASH}; usermod -L pa`,
    proof: HAS(`!${HASH}`),
  },
  {
    what: 'a locked account stays locked with another password',
    args: { ...KEPT, password: OTHER },
    before: `${WITH_HASH}; usermod -L pa`,
    shows: ['password'],
    proof: HAS(`!${OTHER}`),
  },
  {
    what: 'a locked account is unlocked where that is asked for',
    args: { ...KEPT, password: HASH, password_lock: false },
    before: `${WITH_HASH}; usermod -L pa`,
    shows: ['locked'],
    proof: HAS(HASH),
  },
  {
    what: 'unlocking needs no password',
    args: { ...KEPT, password_lock: false },
    before: `${WITH_HASH}; usermod -L pa`,
    shows: ['locked'],
    proof: HAS(HASH),
  },
  {
    what: 'an account without a password is not opened by unlocking it',
    args: { ...KEPT, password_lock: false },
    before: 'useradd -m pa',
    proof: HAS('!'),
  },
  {
    what: 'an account that never had a password gets one that works',
    args: { ...KEPT, password: HASH },
    before: 'useradd -m pa',
    shows: ['password', 'locked'],
    proof: HAS(HASH),
  },
  {
    what: 'an account is locked and keeps its password',
    args: { ...KEPT, password_lock: true },
    before: WITH_HASH,
    shows: ['locked'],
    proof: HAS(`!${HASH}`),
  },
  {
    what: 'a new account is locked with its password',
    args: { ...KEPT, password: HASH, password_lock: true },
    before: ':',
    shows: ['account', 'password'],
    proof: HAS(`!${HASH}`),
  },
  {
    what: 'a hash that is locked locks',
    args: { ...KEPT, password: `!${HASH}` },
    before: WITH_HASH,
    shows: ['locked'],
    proof: HAS(`!${HASH}`),
  },
  {
    what: 'another home is made where there is none',
    args: { ...KEPT, home: '/home/new' },
    before: 'useradd -m pa',
    shows: ['home', 'home directory'],
    proof: 'test "$(stat -c %U:%a /home/new)" = pa:755 && test -d /home/pa && test -f /home/new/.profile',
  },
  {
    what: 'another home is only written down',
    args: { ...KEPT, home: '/home/new', create_home: false },
    before: 'useradd -m pa',
    shows: ['home'],
    proof: '! test -e /home/new',
  },
  {
    what: 'a home is moved',
    args: { ...KEPT, home: '/home/a/b', move_home: true },
    before: 'useradd -m pa; touch /home/pa/mine',
    shows: ['home'],
    proof: 'test -f /home/a/b/mine && ! test -e /home/pa',
  },
  {
    what: 'a home is not moved over another one',
    args: { ...KEPT, home: '/home/new', move_home: true },
    before: 'useradd -m pa; mkdir /home/new',
    fails: 'The home directory of pa cannot be moved to /home/new, where something is already',
  },
  {
    what: 'a home that is no directory is let be',
    args: { ...KEPT, home: '/dev/null' },
    before: 'useradd -M -d /dev/null pa',
  },
  {
    what: 'a missing home gets the mode of /etc/login.defs',
    args: KEPT,
    before: "useradd -M pa; sed -i 's/^UMASK.*/UMASK 027/' /etc/login.defs",
    shows: ['home directory'],
    proof: `sed -i 's/^UMASK.*/UMASK 022/' /etc/login.defs; test "$(stat -c %a /home/pa)" = 750`,
  },
  {
    what: 'a new home gets the mode of umask',
    args: { ...KEPT, umask: '0077' },
    before: ':',
    shows: ['account'],
    proof: 'test "$(stat -c %a /home/pa)" = 700',
  },
  {
    what: 'a home is a copy of another skeleton, with its links',
    args: { ...KEPT, skeleton: '/home/skel' },
    before: 'useradd -M pa; mkdir /home/skel; ln -s x /home/skel/l',
    shows: ['home directory'],
    proof: 'test "$(readlink /home/pa/l)" = x',
  },
  {
    what: 'groups in one text are several',
    args: { ...KEPT, groups: 'ga, gb' },
    before: 'groupadd ga; groupadd gb; useradd -m pa',
    shows: ['groups'],
    proof: 'test "$(id -nG pa)" = "pa ga gb"',
  },
  {
    what: 'an empty text takes all groups away',
    args: { ...KEPT, groups: '' },
    before: 'groupadd ga; useradd -m -G ga pa',
    shows: ['groups'],
    proof: 'test "$(id -nG pa)" = pa',
  },
  {
    what: 'the primary group among the others counts for nothing',
    args: { ...KEPT, groups: ['pa', 'ga'] },
    before: 'groupadd ga; useradd -m -G ga pa',
  },
  {
    what: 'a group is given by its number',
    args: { ...KEPT, group: 4712 },
    before: 'groupadd -g 4712 ga; useradd -m pa',
    shows: ['group'],
    proof: 'test "$(id -gn pa)" = ga',
  },
  {
    what: 'a number that another account has is told before',
    args: { ...KEPT, uid: 4711 },
    before: 'useradd -u 4711 pb',
    fails: 'The number 4711 belongs to the account pb',
  },
  {
    what: 'two accounts have one number where that is asked for',
    args: { ...KEPT, uid: 4711, non_unique: true },
    before: 'useradd -u 4711 pb',
    shows: ['account', 'uid'],
    proof: 'test "$(id -u pa)" = 4711',
  },
  {
    what: 'a group of that number is told to be missing',
    args: { ...KEPT, group: '4999' },
    before: ':',
    fails: 'There is no group 4999',
  },
  {
    what: 'an account ends on a day',
    args: { ...KEPT, expires: 1_893_456_000 },
    before: 'useradd -m pa',
    shows: ['last day'],
    proof: 'test "$(getent shadow pa | cut -d: -f8)" = 21915',
  },
  {
    what: 'an account ends no more',
    args: { ...KEPT, expires: -1 },
    before: 'useradd -m -e 2030-01-01 pa',
    shows: ['last day'],
    proof: 'test -z "$(getent shadow pa | cut -d: -f8)"',
  },
  {
    what: 'a password ends',
    args: {
      ...KEPT,
      password_expire_max: 90,
      password_expire_min: 1,
      password_expire_warn: 3,
      password_expire_account_disable: 9,
    },
    before: 'useradd -m pa',
    shows: ['days before a new password', 'days of a password', 'days of warning', 'days after the password'],
    proof: 'test "$(getent shadow pa | cut -d: -f4-7)" = 1:90:3:9',
  },
  {
    what: 'a hash that is locked and to be unlocked is refused',
    args: { ...KEPT, password: `!${HASH}`, password_lock: false },
    before: ':',
    fails: 'The password of pa is locked by the ! before it, and password_lock: false unlocks it',
  },
];

/** A folder in which another user can change every name. */
const OTHERS = 'mkdir /home/other && chown 12345 /home/other';
const IN_OTHERS = 'another user can change the way to /home/other/pa';

const HOMES_OF_OTHERS: readonly Row[] = [
  { what: 'a home is not made there', args: { ...KEPT, home: '/home/other/pa' }, before: OTHERS, fails: IN_OTHERS },
  {
    what: 'nor deep in it',
    args: { ...KEPT, home: '/home/other/a/pa' },
    before: OTHERS,
    fails: 'another user can change the way to /home/other/a/pa',
  },
  {
    what: 'nor of an account that is there',
    args: { ...KEPT, home: '/home/other/pa' },
    before: `${OTHERS} && useradd -M -d /home/other/pa pa`,
    fails: IN_OTHERS,
  },
  {
    what: 'a home is not moved there',
    args: { ...KEPT, home: '/home/other/pa', move_home: true },
    before: `${OTHERS} && useradd -m pa`,
    fails: IN_OTHERS,
  },
  {
    what: 'a home is not removed there',
    args: { ...KEPT, home: '/home/other/pa', state: 'absent', remove: true },
    before: `${OTHERS} && useradd -m -d /home/other/pa pa`,
    fails: IN_OTHERS,
  },
  {
    what: 'an account is made whose home is not to be made',
    args: { ...KEPT, home: '/home/other/pa', create_home: false },
    before: OTHERS,
    shows: ['account', 'home'],
    proof: 'test ! -e /home/other/pa',
  },
  {
    what: 'a home is made there where these users are trusted',
    args: { ...KEPT, home: '/home/other/pa', unsafe_path: true },
    before: OTHERS,
    shows: ['account', 'home'],
    proof: 'test -d /home/other/pa',
  },
];

function prepare(host: SystemHost, before: string): void {
  expect(host.run(`{ ${RESET}\n} >/dev/null 2>&1\n${before}`).status).toBe(0);
}

/** Plays random tasks. No plan may be certain of anything that the play does differently. */
async function playRandomTasks(host: SystemHost, seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let round = 0; round < Number(process.env['RUNBOOK_ROUNDS'] ?? 12); round += 1) {
    const before = chosen(BEFORE, random);
    const links = Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomLink(random));
    prepare(host, before);
    const stories = await planThenPlay(host, links);
    expect(lies(stories), `round ${round}, after: ${before}\n${JSON.stringify(stories, undefined, 1)}`).toEqual([]);
    const last = links[stories.length - 1];
    if (last !== undefined && stories.at(-1)?.played !== 'fails') {
      expect(
        host.plan(last.module, last.args).kind,
        `round ${round}, after: ${before}, once more: ${stories.at(-1)?.task}`,
      ).toBe('in_sync');
    }
  }
}

describe.skipIf(SystemHost.missing !== undefined)('accounts and groups', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
  });
  afterAll(() => host.stop());
  test.each([
    ['removed', { state: 'absent', remove: true }, 'useradd -m -d /home/other/pa pa', 'test -d /home/other/pa'],
    ['made', {}, 'useradd -M -d /home/other/pa pa', 'test ! -e /home/other/pa'],
    [
      'moved',
      { home: '/home/new', move_home: true },
      'useradd -m -d /home/other/pa pa',
      'test -d /home/other/pa && test ! -e /home/new',
    ],
  ])('a home that the task does not name is not %s in the folder of another user', async (_, args, before, proof) => {
    prepare(host, `${OTHERS} && ${before}`);
    const { failure } = await host.apply(user, { ...KEPT, ...args });
    expect(failure).toMatch(/other users can change names/);
    expect(host.run(`${proof} && id pa`).status).toBe(0);
  });

  test.each([...TABLE, ...HOMES_OF_OTHERS])('$what', async ({ args, before, proof, shows, fails }) => {
    prepare(host, before);
    const [planned] = [host.plan(user, args)];
    if (fails !== undefined) {
      expect(planned).toMatchObject({ kind: 'impossible', what: fails });
      return;
    }
    const { outcome, failure } = await host.apply(user, args);
    expect(failure).toBeUndefined();
    expect(outcome.kind).toBe(shows === undefined ? 'in_sync' : 'change');
    if (outcome.kind === 'change')
      expect(outcome.differences.map((one) => (one.kind === 'field' ? one.field : ''))).toEqual(shows);
    expect(host.run(proof ?? ':').status).toBe(0);
    expect(host.plan(user, args).kind).toBe('in_sync');
  });

  test('the result of an account that is made has its numbers, its home and its shell', async () => {
    prepare(host, ':');
    const { result } = await host.apply(user, { name: 'pa' });
    const [, , uid = '', gid = '', , home = '', shell = ''] = host
      .run('getent passwd pa')
      .stdout.toString()
      .trim()
      .split(':');
    expect(result).toMatchObject({ name: 'pa', uid: Number(uid), group: Number(gid), home, shell });
    expect((await host.apply(group, { name: 'ga' })).result).toMatchObject({
      gid: Number(host.run('getent group ga').stdout.toString().split(':')[2]),
    });
  });

  const seed = Number(process.env['RUNBOOK_SEED'] ?? 20261128);
  test(
    `what a plan is certain of is what a play does, whatever is asked for (seed ${seed})`,
    { timeout: 300_000 },
    () => playRandomTasks(host, seed),
  );
});
