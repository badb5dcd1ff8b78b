import { module as group } from '../../engine/modules/group.ts';
import { module as user } from '../../engine/modules/user.ts';
import type { Link } from './host-chain.ts';

/** Hashes of two passwords. */
export const HASH = '$6$abcdefgh$0TnkQnTZXgMo1Y0hFkz2yS7P4oYt1Zk0m0QnTZXgMo1Y0hFkz2yS7P4oYt1Zk0mQ';
export const OTHER = HASH.replace('abcdefgh', 'hgfedcba');

/** Possible states of the host before the task. */
export const BEFORE = [
  ':',
  'useradd -m pa',
  'useradd -M pa',
  'groupadd pa',
  'groupadd -g 4711 ga; useradd -m -u 4711 -g ga -s /bin/bash pa',
  'groupadd ga; groupadd gb; useradd -m -G ga,gb pa',
  `useradd -m pa; echo 'pa:${HASH}' | chpasswd -e`,
  `useradd -m pa; echo 'pa:${HASH}' | chpasswd -e; usermod -L pa`,
  'useradd -m -u 4711 pb; groupadd -g 4712 gb; mkdir -p /home/new',
  'useradd -m -d /home/new pa; chage -E 2030-01-01 -M 90 pa',
];

const ARGUMENTS: readonly (readonly object[])[] = [
  [{}, {}, {}, { state: 'absent' }, { state: 'absent', remove: true }],
  [{}, {}, { uid: 4711 }, { uid: 4712 }, { uid: 4711, non_unique: true }],
  [{}, {}, { group: 'ga' }, { group: 'pa' }, { group: '4711' }, { group: 4712 }],
  [{}, {}, { groups: 'ga,gb' }, { groups: ['ga'], append: true }, { groups: [] }, { groups: 'gb, pa' }],
  [{}, { home: '/home/new' }, { home: '/home/new', move_home: true }, { home: '/home/deep/er' }, { home: '/dev/null' }],
  [{}, { create_home: false }, { umask: '0077' }, { skeleton: '/etc/apt' }],
  [{}, { shell: '/bin/bash' }, { shell: '/bin/sh' }, { comment: 'a b' }],
  [
    {},
    {},
    { password: HASH },
    { password: OTHER },
    { password: `!${HASH}` },
    { password: '!' },
    { password: HASH, update_password: 'on_create' },
  ],
  [{}, {}, { password_lock: true }, { password_lock: false }],
  [
    {},
    {},
    { expires: 1_893_456_000 },
    { expires: -1 },
    { password_expire_max: 90 },
    { password_expire_min: -1, password_expire_warn: 5 },
  ],
  [{}, { system: true }],
];

const GROUPS: readonly object[] = [
  { name: 'ga' },
  { name: 'gb', gid: 4712 },
  { name: 'ga', gid: 4711 },
  { name: 'ga', state: 'absent' },
  { name: 'pa' },
  { name: 'pa', state: 'absent' },
  { name: 'gb', gid: 4711, non_unique: true },
];

/** Returns one of the items. */
export function chosen<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

/** A task with arguments of accounts or groups. */
export function randomLink(random: () => number): Link {
  if (random() < 0.35) return { module: group, args: chosen(GROUPS, random) };
  const name = random() < 0.8 ? 'pa' : 'pb';
  return { module: user, args: Object.assign({ name }, ...ARGUMENTS.map((choices) => chosen(choices, random))) };
}
