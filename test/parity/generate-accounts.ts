import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';

const HASHES = [
  '$6$saltsalt$8gzUrz5S2/0AfMGfui2LllQQ2fwu.jYnAVGef2XY7gAo0jNFrzHsTq9lMr2ze7QvIJxr4BYOKdgDpx4Va9Atb1',
  '$6$othersal$n5N.9EEez/dD0V8JE66YnuMhAuiLNuXrppeKwnZsvGri0QOsRoNOBThQyzilZvhs4EE6L730t5u2AMCWvW4/U0',
] as const;
const KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICUvvhARR5EUf2bxxa+es3AJwCouEIWRBgjD6fAFzeS8 key1',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFWzq3TxDqLoKqspHs1JrrCBybcWnsmhvtxKefYbKLSC key2',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIODR1X8ZiNiKrYtHz4iC+xgUewqkUgrKSeHqyB4smZyF key3',
] as const;

/** Two groups of every case. */
const GROUPS = ['groupadd -g @U@7 @N@g', 'groupadd -g @U@8 @N@h'] as const;
/** Possible states of the account before the first run. */
const STANDING: readonly [readonly string[], ...(readonly string[])[]] = [
  [],
  [],
  [],
  ['useradd -m -u @U@1 -c old @N@a'],
  ['useradd -M @N@a'],
  [`useradd -m -p '${HASHES[0]}' -s /bin/sh @N@a`],
  [`useradd -m -p '!${HASHES[0]}' -G @N@g @N@a`],
  ['useradd -m -G @N@g,@N@h -s /bin/bash @N@a'],
  ['useradd -r -g @N@g -d /nonexistent/@N@ @N@a'],
  ['useradd -m -e 2030-01-01 -f 10 @N@a', 'chage -m 1 -M 90 -W 14 @N@a'],
  ['groupadd -g @U@9 @N@a'],
  ['mkdir /home/@N@a', 'echo left >/home/@N@a/file', 'chmod 711 /home/@N@a'],
  ['useradd -m @N@a', 'useradd -m -g @N@a @N@b', 'echo x >/home/@N@a/file', 'usermod -aG @N@a @N@b'],
];

const CHOICES: Readonly<Record<string, readonly [Json, ...Json[]]>> = {
  uid: ['@U@1', '@U@2'],
  group: ['@N@g', '@N@h', '@U@7', '@N@none', '@N@a'],
  groups: [['@N@g'], '@N@g,@N@h', [], '', ['@N@h', '@N@h'], ['@N@none'], '@N@g, @N@h'],
  append: [true, false],
  comment: ['New Name', '', 'Ünï'],
  home: ['/home/@N@a', '/home/@N@x', '/opt/@N@', '/home/@N@deep/er/a'],
  create_home: [true, false],
  move_home: [true, false],
  skeleton: ['@W@/skel'],
  umask: ['0077', '027'],
  shell: ['/bin/sh', '/usr/sbin/nologin', '/bin/bash'],
  system: [true, false],
  password: [HASHES[0], HASHES[1], '*', '!', `!${HASHES[0]}`],
  update_password: ['always', 'on_create'],
  password_lock: [true, false],
  password_expire_min: [0, 5],
  password_expire_max: [60, 99999],
  password_expire_warn: [7, 0],
  password_expire_account_disable: [15, -1],
  expires: [1893456000, 1893499999.5, -1, 0],
  non_unique: [true],
};

export function userCase(chance: Chance): Draft {
  const standing = chance.one(STANDING);
  const given = [...GROUPS, ...standing, 'mkdir skel', 'echo s >skel/.rc', 'chmod 600 skel/.rc'];
  const drawn = [wish(chance, 0.22), ...(chance.of(0.5) ? [wish(chance, 0.2)] : [])];
  const isThere =
    standing.some((line) => /(useradd|groupadd).*@N@a$/.test(line)) && drawn.every(({ state }) => state !== 'absent');
  const [first = {}, ...more] = isThere || drawn.length === 1 ? drawn : drawn.map(withoutOwnGroup);
  const tasks: Json[] = [{ user: first, register: 'made' }, ...more.map((user) => ({ user }))];
  if (chance.of(0.3))
    tasks.push({
      file: {
        path: '@W@/of-it',
        state: 'touch',
        owner: '@N@a',
        access_time: 'preserve',
        modification_time: 'preserve',
      },
    });
  return { given, tasks };
}

/** The account gets a group of its own name: a difference on purpose, after which the plays differ. */
function withoutOwnGroup(args: JsonMap): JsonMap {
  return args['group'] === '@N@a' ? { ...args, group: '@N@g' } : args;
}

function wish(chance: Chance, probability: number): JsonMap {
  const gone = chance.of(0.15);
  if (gone)
    return { name: '@N@a', state: 'absent', ...chance.options<Json>({ remove: [true, false], force: [true] }, 0.5) };
  const { password_lock: lock, ...drawn } = chance.options<Json>(CHOICES, probability);
  const isLocked = typeof drawn['password'] === 'string' && drawn['password'].startsWith('!$');
  // A locked hash that is to be unlocked is refused: a difference on purpose.
  return {
    name: '@N@a',
    ...drawn,
    ...(lock === undefined || (isLocked && lock === false) ? {} : { password_lock: lock }),
  };
}

export function groupCase(chance: Chance): Draft {
  const standing = chance.one<readonly string[]>([
    [],
    ['groupadd @N@a'],
    ['groupadd -g @U@1 @N@a'],
    ['groupadd -g @U@1 @N@a', 'useradd -M -N -G @N@a @N@b'],
    ['groupadd -g @U@1 @N@a', 'useradd -M -g @N@a @N@b'],
    ['groupadd -g @U@2 @N@b'],
    ['groupadd -r @N@a'],
  ]);
  const wished = (): JsonMap => ({
    name: '@N@a',
    ...chance.options<Json>(
      {
        gid: ['@U@1', '@U@2', '@U@3'],
        state: ['present', 'absent', 'absent'],
        system: [true],
        non_unique: [true],
        force: [true, false],
      },
      0.35,
    ),
  });
  const tasks: Json[] = [{ group: wished() }];
  if (chance.of(0.4)) tasks.push({ group: wished() });
  if (chance.of(0.3)) tasks.push({ user: { name: '@N@c', group: '@N@a', create_home: false } });
  return { given: standing, tasks };
}

export function keyCase(chance: Chance): Draft {
  const standing = chance.one<readonly string[]>([
    [],
    ['install -d -m 700 -o @N@a -g @N@a /home/@N@a/.ssh'],
    [
      `install -d -m 700 -o @N@a -g @N@a /home/@N@a/.ssh`,
      `echo '${KEYS[0]}' >/home/@N@a/.ssh/authorized_keys`,
      'chown @N@a: /home/@N@a/.ssh/authorized_keys',
      'chmod 600 /home/@N@a/.ssh/authorized_keys',
    ],
    [
      'install -d -m 700 -o @N@a -g @N@a /home/@N@a/.ssh',
      `printf '# mine\\n\\n${KEYS[0]}\\nfrom="10.0.0.1",no-pty ${KEYS[1]}' >/home/@N@a/.ssh/authorized_keys`,
      'chown @N@a: /home/@N@a/.ssh/authorized_keys',
      'chmod 640 /home/@N@a/.ssh/authorized_keys',
    ],
    [
      'mkdir /home/@N@a/.ssh',
      'chmod 755 /home/@N@a/.ssh',
      ': >/home/@N@a/.ssh/authorized_keys',
      'chown -R @N@a: /home/@N@a/.ssh',
      'chmod 600 /home/@N@a/.ssh/authorized_keys',
    ],
  ]);
  const wished = (): JsonMap => ({
    user: chance.of(0.9) ? '@N@a' : '@N@none',
    key: chance.one<Json>([KEYS[0], KEYS[1], KEYS[2], `${KEYS[0]}\n${KEYS[1]}\n`, `# said\n${KEYS[2]}`]),
    ...chance.options<Json>(
      {
        state: ['present', 'absent', 'absent'],
        exclusive: [true, false],
        key_options: ['no-pty', 'from="10.0.0.0/8",no-port-forwarding', 'command="/bin/true a,b",no-pty'],
        comment: ['other', 'a b'],
        path: ['/home/@N@a/.ssh/keys', '@W@/keys'],
        manage_dir: [false, true],
      },
      0.22,
    ),
  });
  return {
    given: ['useradd -m @N@a', ...standing],
    tasks: [{ authorized_key: wished() }, ...(chance.of(0.5) ? [{ authorized_key: wished() }] : [])],
  };
}

/** A new account with everything that belongs to it. */
export function newAccountCase(chance: Chance): Draft {
  const tasks: Json[] = [
    { group: { name: '@N@t', ...chance.options<Json>({ gid: ['@U@4'], system: [true] }, 0.4) } },
    {
      user: {
        name: '@N@a',
        ...chance.options<Json>(
          {
            group: ['@N@t'],
            groups: ['@N@t', ['@N@t', '@N@g']],
            uid: ['@U@1'],
            system: [true],
            home: ['/opt/@N@'],
            create_home: [false],
            shell: ['/bin/sh'],
            password: [HASHES[0]],
          },
          0.35,
        ),
      },
    },
    ...chance.some<Json>(
      [
        { authorized_key: { user: '@N@a', key: KEYS[0] } },
        { cron: { name: 'job', user: '@N@a', job: 'true', minute: '5' } },
        { file: { path: '/opt/@N@data', state: 'directory', owner: '@N@a', group: '@N@t', mode: '0750' } },
        { copy: { dest: '@W@/file', content: 'x\n', owner: '@N@a', mode: '0600' } },
        { command: { argv: ['id', '-un', '@N@a'] }, changed_when: false },
        { user: { name: '@N@a', append: true, groups: '@N@g' } },
        { user: { name: '@N@a', state: 'absent', remove: true } },
        { group: { name: '@N@t', state: 'absent' } },
      ],
      0.4,
    ),
  ];
  return { given: GROUPS, tasks };
}
