import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as mount } from '../../engine/modules/mount.ts';
import { seededRandom } from '../seeded-random.ts';
import { lies, planThenPlay } from './host-chain.ts';
import { SystemHost } from './system-host.ts';

const RESET = `for i in 1 2 3; do for m in /home/m /home/n "/home/b l" /home/real; do umount "$m"; done; done; rm -rf /home/*; : >/etc/fstab; rm -f /etc/.runbook-*`;
const TMPFS = { path: '/home/m', src: 'tmpfs', fstype: 'tmpfs' };
const BIND = { path: '/home/n', src: '/home/src', fstype: 'none', opts: 'bind' };
const NOTHING_LEFT = '! ls -A /etc | grep -q "^.runbook-"';
const MOUNTED = (path: string, times = 1): string =>
  `test "$(cut -d' ' -f2 /proc/self/mounts | grep -cxF '${path}')" = ${times}`;

interface Row {
  readonly what: string;
  readonly args: object;
  readonly before?: string;
  readonly comes?: 'in_sync' | 'fails' | 'impossible';
  readonly proof: string;
  /** True if each run makes a change. */
  readonly always?: boolean;
}

const TABLE: readonly Row[] = [
  {
    what: 'a mount that fails puts fstab back and takes its directories away',
    args: { path: '/home/a/b c', src: '/dev/nosuch', fstype: 'ext4' },
    before: 'printf "# mine\\n" >/etc/fstab; chmod 640 /etc/fstab',
    comes: 'fails',
    proof: `test "$(cat /etc/fstab)" = "# mine" && test "$(stat -c %a /etc/fstab)" = 640 && ! test -e /home/a && ${NOTHING_LEFT}`,
  },
  {
    what: 'a mount that fails leaves no fstab where there was none',
    args: { path: '/home/a', src: '/dev/nosuch', fstype: 'ext4', fstab: '/home/fstab' },
    before: 'mkdir /home/a',
    comes: 'fails',
    proof: '! test -e /home/fstab && test -d /home/a',
  },
  {
    what: 'a mount that fails puts back an fstab behind a link',
    args: { path: '/home/a', src: '/dev/nosuch', fstype: 'ext4', fstab: '/home/fstab' },
    before: 'echo x >/home/real-fstab; ln -s real-fstab /home/fstab',
    comes: 'fails',
    proof: 'test "$(cat /home/real-fstab)" = x && test -L /home/fstab && ! test -e /home/a',
  },
  {
    what: 'another source that cannot be mounted leaves the old one',
    args: { path: '/home/m', src: '/dev/nosuch', fstype: 'ext4' },
    before: 'mkdir /home/m; echo "tmpfs /home/m tmpfs size=1m 0 0" >/etc/fstab; mount /home/m',
    comes: 'fails',
    proof: `${MOUNTED('/home/m')} && test "$(cat /etc/fstab)" = "tmpfs /home/m tmpfs size=1m 0 0"`,
  },
  {
    what: 'what is mounted twice is taken away twice',
    args: { path: '/home/m', state: 'unmounted' },
    before: 'mkdir /home/m; mount -t tmpfs tmpfs /home/m; mount -t tmpfs tmpfs /home/m',
    proof: `${MOUNTED('/home/m', 0)} && test -d /home/m`,
  },
  {
    what: 'what is mounted three times goes with its directory',
    args: { path: '/home/m', state: 'absent' },
    before: 'mkdir /home/m; for i in 1 2 3; do mount -t tmpfs tmpfs /home/m; done',
    proof: '! test -e /home/m',
  },
  {
    what: 'a bound directory is mounted anew',
    args: { ...BIND, state: 'remounted' },
    before: 'mkdir /home/src /home/n; mount --bind /home/src /home/n',
    proof: MOUNTED('/home/n'),
    always: true,
  },
  {
    what: 'a bound directory is mounted anew by its line',
    args: { path: '/home/n', state: 'remounted' },
    before:
      'mkdir /home/src /home/n; echo "/home/src /home/n none bind 0 0" >/etc/fstab; mount /home/n; touch /home/n/open; exec 9</home/src/open',
    proof: MOUNTED('/home/n'),
    always: true,
  },
  {
    what: 'another source of a bound directory takes the place of the old one',
    args: BIND,
    before:
      'mkdir /home/src /home/old /home/n; touch /home/src/new; echo "/home/old /home/n none bind 0 0" >/etc/fstab; mount /home/n',
    proof: 'test -e /home/n/new && test "$(cat /etc/fstab)" = "/home/src /home/n none bind 0 0"',
  },
  {
    what: 'a place behind a link is seen to be mounted',
    args: { ...TMPFS, path: '/home/link' },
    before:
      'mkdir /home/m; ln -s m /home/link; mount -t tmpfs tmpfs /home/m; echo "tmpfs /home/link tmpfs defaults 0 0" >/etc/fstab',
    comes: 'in_sync',
    proof: MOUNTED('/home/m'),
  },
  {
    what: 'a place below a link is mounted once',
    args: { ...TMPFS, path: '/home/up/m' },
    before: 'mkdir -p /home/real; ln -s real /home/up; mkdir /home/real/m',
    proof: `${MOUNTED('/home/real/m')}; umount /home/real/m`,
    always: true,
  },
  {
    what: 'names with blanks are written in octal and known again',
    args: { path: '/home/b l', src: '/home/s r', fstype: 'none', opts: 'bind' },
    before: 'mkdir "/home/s r"',
    proof: `grep -qxF '/home/s\\040r /home/b\\040l none bind 0 0' /etc/fstab && mountpoint -q "/home/b l"`,
  },
  {
    what: 'a line with a slash at its end is the one for the place',
    args: { ...TMPFS, state: 'absent_from_fstab' },
    before:
      'printf "# mine\\ntmpfs /home/m/ tmpfs defaults 0 0\\n" >/etc/fstab; mkdir /home/m; mount -t tmpfs tmpfs /home/m',
    proof: `test "$(cat /etc/fstab)" = "# mine" && ${MOUNTED('/home/m')}`,
  },
  {
    what: 'mounted now only',
    args: { ...TMPFS, opts: 'size=1m', state: 'ephemeral' },
    proof: `${MOUNTED('/home/m')} && ! test -s /etc/fstab`,
  },
  {
    what: 'not at boot',
    args: { ...TMPFS, boot: false },
    proof: 'grep -qx "tmpfs /home/m tmpfs defaults,noauto 0 0" /etc/fstab',
  },
  {
    what: 'a line for swap, beside another one',
    args: { path: 'none', src: '/swap2', fstype: 'swap', opts: 'sw', state: 'present' },
    before: 'echo "/swap1 none swap sw 0 0" >/etc/fstab',
    proof: 'test "$(cat /etc/fstab)" = "/swap1 none swap sw 0 0\n/swap2 none swap sw 0 0"',
  },
  {
    what: 'a line for swap that has the word swap for a path',
    args: { path: 'swap', src: '/swap1', fstype: 'swap', opts: 'sw', state: 'present' },
    before: 'echo "/swap1 none swap sw 0 0" >/etc/fstab',
    proof: 'test "$(cat /etc/fstab)" = "/swap1 swap swap sw 0 0"',
  },
  {
    what: 'a line for swap that goes, whichever word it has for a path',
    args: { path: 'none', src: '/swap1', state: 'absent' },
    before: 'printf "/swap1 swap swap sw 0 0\\n/swap2 swap swap sw 0 0\\n" >/etc/fstab',
    proof: 'test "$(cat /etc/fstab)" = "/swap2 swap swap sw 0 0"',
  },
  {
    what: 'a line for swap that goes, and no other',
    args: { path: 'none', src: '/swap1', state: 'absent' },
    before: 'printf "/swap1 none swap sw 0 0\\n/swap2 none swap sw 0 0\\n" >/etc/fstab',
    proof: 'test "$(cat /etc/fstab)" = "/swap2 none swap sw 0 0"',
  },
  {
    what: 'swap that is to be mounted',
    args: { path: 'none', src: '/swap1', fstype: 'swap' },
    comes: 'impossible',
    proof: ':',
  },
];

const BEFORE = [
  ':',
  'mkdir /home/m',
  'mkdir /home/m; mount -t tmpfs tmpfs /home/m',
  'mkdir /home/m; mount -t tmpfs tmpfs /home/m; mount -t tmpfs tmpfs /home/m',
  'echo "tmpfs /home/m tmpfs size=1m 0 0" >/etc/fstab',
  'mkdir /home/m; echo "tmpfs /home/m tmpfs size=1m 0 0" >/etc/fstab; mount /home/m',
  'mkdir /home/m; echo "/home/src /home/m none bind 0 0" >/etc/fstab; mount --bind /home/src /home/m',
];
const STATES = ['mounted', 'present', 'unmounted', 'absent', 'absent_from_fstab', 'remounted', 'ephemeral'];
const WAYS = [TMPFS, { ...TMPFS, opts: 'size=1m' }, { ...BIND, path: '/home/m' }, { ...TMPFS, boot: false }];

describe.skipIf(SystemHost.missing !== undefined)('mounts', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
  });
  afterAll(() => host.stop());
  const prepare = (before: string): void => {
    expect(host.run(`{ ${RESET}\n} >/dev/null 2>&1\n${before}`).status).toBe(0);
  };

  test.each(TABLE)('$what', async ({ args, before = ':', comes, proof, always }) => {
    prepare(before);
    const { outcome, failure } = await host.apply(mount, args);
    if (comes === 'fails') expect(failure).toMatch(/^exit /);
    else expect(failure).toBeUndefined();
    expect(outcome.kind).toBe(comes === undefined || comes === 'fails' ? 'change' : comes);
    expect(host.run(proof)).toMatchObject({ status: 0 });
    if (comes === undefined && always !== true) expect(host.plan(mount, args).kind).toBe('in_sync');
  });

  test(
    'what a plan is certain of is what a play does, whatever is mounted and listed',
    { timeout: 300_000 },
    async () => {
      const random = seededRandom(7);
      const some = <Item>(items: readonly Item[]): Item[] =>
        items.filter((_, index) => index === Math.floor(random() * items.length));
      for (const before of BEFORE) {
        for (const state of STATES) {
          for (const way of some(WAYS)) {
            prepare(`mkdir /home/src; ${before}`);
            const args = { ...way, state };
            const stories = await planThenPlay(
              host,
              [args, ...some(WAYS).map((other) => ({ ...other, state: 'mounted' }))].map((one) => ({
                module: mount,
                args: one,
              })),
            );
            expect(lies(stories), `after: ${before}\n${JSON.stringify(stories, undefined, 1)}`).toEqual([]);
            expect(host.run(NOTHING_LEFT).status).toBe(0);
          }
        }
      }
    },
  );
});
