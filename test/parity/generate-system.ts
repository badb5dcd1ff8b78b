import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

const ENTRY = {
  job: ['/bin/true', 'echo "50\\%" | mail', 'cd / && ls'],
  minute: ['5', '*/10', 0, '*'],
  hour: ['2', '1-5', '*'],
  day: ['1', '*/2'],
  month: ['6', 'jan'],
  weekday: ['0', '1-5', 'mon'],
  special_time: ['daily', 'reboot'],
  disabled: [true, false],
  state: ['present', 'absent'],
} as const;

export function cronCase(chance: Chance): Draft {
  const standing = chance.one<readonly string[]>([
    [],
    [],
    [`printf '# by hand\\n1 2 * * * /bin/mine\\n' | crontab -u @N@a -`],
    [`printf '#Ansible: one\\n5 2 * * * /bin/true\\n' | crontab -u @N@a -`],
    [`printf '#Ansible: one\\n5 2 * * * /bin/true\\n#Ansible: two\\n@daily /bin/false\\n' | crontab -u @N@a -`],
    [`printf 'PATH="/bin"\\n#Ansible: one\\n#5 2 * * * /bin/true\\n' | crontab -u @N@a -`],
    [`printf '#Ansible: one\\n5 2 * * * root /bin/true\\n' >/etc/cron.d/@N@f`],
    [
      `printf '#Ansible: one\\n5 2 * * * root /bin/true\\n#Ansible: two\\n@daily root x\\n' >/etc/cron.d/@N@f`,
      'chmod 600 /etc/cron.d/@N@f',
    ],
  ]);
  const inFile = chance.of(0.35);
  const where: JsonMap = inFile
    ? { cron_file: chance.one(['@N@f', '/etc/cron.d/@N@f'] as const), user: 'root' }
    : { user: '@N@a' };
  const wished = (): JsonMap => {
    if (chance.of(0.2))
      return {
        ...where,
        env: true,
        name: chance.one(['PATH', 'MAILTO', 'LANG'] as const),
        job: chance.one(['/bin:/usr/bin', 'root', ''] as const),
        ...chance.options<Json>({ state: ['absent', 'present'], insertafter: ['PATH'], insertbefore: ['PATH'] }, 0.25),
      };
    return {
      ...where,
      name: chance.one(['one', 'two', 'new'] as const),
      job: chance.one(ENTRY.job),
      ...chance.options<Json>(ENTRY, 0.25),
    };
  };
  return {
    given: ['useradd -m @N@a', ...standing],
    tasks: Array.from({ length: chance.number(1, 3) }, () => ({ cron: wished() })),
  };
}

const SERVICES: readonly [string, ...string[]] = [
  'Type=simple\nExecStart=/bin/sleep infinity',
  'Type=simple\nExecStart=/bin/sleep infinity\nExecReload=/bin/true',
  'Type=oneshot\nExecStart=/bin/true',
  'Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true',
  'Type=notify\nExecStart=/bin/sh -c "systemd-notify --ready; exec sleep infinity"\nNotifyAccess=all',
];
/**
 * Leaves out basic.target and the units that it wants, because systemd starts them together with any other unit. Also
 * leaves out units that multi-user.target requires: their restart restarts this target, and so everything that it
 * wants.
 */
const INSTALLS: readonly [string, ...string[]] = [
  '[Install]\nWantedBy=multi-user.target',
  '[Install]\nWantedBy=multi-user.target',
  '[Install]\nWantedBy=multi-user.target graphical.target\nAlias=@N@alias.service',
  '[Install]\nRequiredBy=@N@.target\nAlso=@N@b.service',
  '',
];

function unitFile(name: string, service: string, install: string): string {
  return `cat >/etc/systemd/system/${name} <<'EOF'\n[Unit]\nDescription=for comparison\n[Service]\n${service}\n${install}\nEOF`;
}

export function unitCase(chance: Chance): Draft {
  const given = [
    unitFile('@N@a.service', chance.one(SERVICES), chance.one(INSTALLS)),
    unitFile('@N@b.service', SERVICES[0], '[Install]\nWantedBy=multi-user.target'),
    unitFile('@N@t@.service', SERVICES[0], '[Install]\nWantedBy=multi-user.target'),
    'printf "[Timer]\\nOnCalendar=yearly\\n[Install]\\nWantedBy=multi-user.target\\n" >/etc/systemd/system/@N@b.timer',
    'systemctl daemon-reload',
    ...chance.one<readonly string[]>([
      [],
      [],
      ['systemctl start @N@a || :'],
      ['systemctl enable @N@a || :'],
      ['systemctl enable --now @N@a || :'],
      ['rm /etc/systemd/system/@N@a.service', 'systemctl daemon-reload', 'systemctl mask @N@a'],
      ['systemctl start @N@a || :', 'echo "#" >>/etc/systemd/system/@N@a.service'],
      ['systemctl enable --now @N@b.timer', 'systemctl start @N@t@x'],
    ]),
  ];
  const name = chance.one(['@N@a', '@N@a', '@N@a.service', '@N@a', '@N@b.timer', '@N@t@x', '@N@none'] as const);
  const wished = (): JsonMap => ({
    name,
    ...chance.options<Json>(
      {
        state: ['started', 'started', 'stopped', 'restarted', 'reloaded'],
        enabled: [true, true, false],
        masked: [true, false, false],
        daemon_reload: [true],
      },
      chance.of(0.8) ? 0.5 : 0.25,
    ),
  });
  const first = wished();
  const second = wished();
  const task = (args: JsonMap): Json => ({ [chance.of(0.3) && !('masked' in args) ? 'service' : 'systemd']: args });
  return {
    given,
    tasks: [task({ state: 'started', ...first }), ...(chance.of(0.5) ? [task({ enabled: true, ...second })] : [])],
  };
}

/** A unit whose file is written by a task. */
export function newUnitCase(chance: Chance): Draft {
  const file = (seconds: string): string =>
    `[Service]\nType=simple\nExecStart=/bin/sleep ${seconds}\n[Install]\nWantedBy=${chance.one(['multi-user.target', 'graphical.target'] as const)}\n`;
  const copy = (): Json => ({
    copy: { dest: '/etc/systemd/system/@N@a.service', content: file(chance.one(['infinity', '86400'] as const)) },
  });
  const args = (): JsonMap => ({
    name: '@N@a',
    ...chance.options<Json>({ state: ['started', 'restarted', 'stopped'], enabled: [true, false] }, 0.6),
    daemon_reload: true,
  });
  const tasks: Json[] = [copy(), { systemd: { enabled: true, ...args() } }];
  if (chance.of(0.4)) tasks.push(copy(), { systemd: { state: 'restarted', ...args() } });
  if (chance.of(0.3))
    tasks.push(
      { systemd: { name: '@N@a', state: 'stopped', enabled: false } },
      { file: { path: '/etc/systemd/system/@N@a.service', state: 'absent' } },
    );
  return { given: [], tasks };
}

/** `apt` of Ansible is `package` here. */
export function packageCase(chance: Chance): Draft {
  const given = [
    'parity-deb @N@a 1.0',
    'parity-deb @N@a 2.0',
    'parity-deb @N@b 1.0 "Depends: @N@c"',
    'parity-deb @N@c 1.0',
    'parity-deb @N@d 1.0 "Recommends: @N@c" "Conflicts: @N@a"',
    ...chance.one<readonly string[]>([
      [],
      [],
      ['dpkg -i /srv/parity/@N@a_1.0_all.deb'],
      ['dpkg -i /srv/parity/@N@a_2.0_all.deb'],
      ['dpkg -i /srv/parity/@N@c_1.0_all.deb /srv/parity/@N@b_1.0_all.deb'],
      ['dpkg -i /srv/parity/@N@a_1.0_all.deb', 'echo mine >/etc/@N@a/config'],
      ['dpkg -i /srv/parity/@N@a_1.0_all.deb', 'dpkg -r @N@a'],
      ['dpkg -i /srv/parity/@N@a_1.0_all.deb', 'apt-mark hold @N@a'],
    ]),
  ];
  const names: Json = chance.one<Json>([
    '@N@a',
    '@N@a',
    '@N@b',
    ['@N@a', '@N@c'],
    '@N@d',
    '@N@none',
    ['@N@a', '@N@none'],
  ]);
  const task = (): Json => {
    const state = chance.one(['present', 'present', 'absent', 'latest', 'installed', 'removed'] as const);
    if (chance.of(0.4) && state !== 'installed' && state !== 'removed') return { package: { name: names, state } };
    const args = {
      name: chance.of(0.3) ? chance.one(['@N@a=1.0', '@N@a=2.0', '@N@a=1.*', '@N@a=3.0'] as const) : names,
      state: state === 'latest' || state === 'present' ? 'present' : 'absent',
      ...chance.options<Json>(
        { purge: [true], install_recommends: [true, false], allow_downgrade: [true, false], update_cache: [true] },
        0.25,
      ),
    };
    return { '+': either({ apt: args }, { package: args }) };
  };
  return { given, tasks: [task(), ...(chance.of(0.5) ? [task()] : [])] };
}

const OF_INTERFACES = [
  'accept_redirects',
  'accept_source_route',
  'arp_announce',
  'arp_filter',
  'arp_ignore',
  'arp_notify',
  'bootp_relay',
  'disable_policy',
  'log_martians',
  'medium_id',
  'promote_secondaries',
  'proxy_arp',
  'rp_filter',
  'secure_redirects',
  'send_redirects',
  'shared_media',
  'tag',
] as const;

/** No parameter of `default`: the kernel copies such a value to the interfaces. */
export const PARAMETERS = [
  ...['lo', 'host0', 'all'].flatMap((one) => OF_INTERFACES.map((name) => `net.ipv4.conf.${one}.${name}`)),
  ...['app_solicit', 'mcast_solicit', 'ucast_solicit', 'mcast_resolicit', 'proxy_qlen'].map(
    (name) => `net.ipv4.neigh.lo.${name}`,
  ),
] as const;

/** Each case has another parameter, because all cases share the running values of the host. */
export function sysctlCase(chance: Chance, number: number): Draft {
  const name = PARAMETERS[number];
  if (name === undefined) throw new Error(`no parameter is left for the case ${number}`);
  const file = '/etc/sysctl.d/@N@.conf';
  const standing = chance.one<readonly string[]>([
    [],
    [`echo '${name} = 0' >${file}`],
    [`printf '# said\\n${name}=1\\nnet.ipv4.ip_default_ttl = 64\\n' >${file}`],
    [`printf '${name} = 1\\n${name} = 0\\n' >${file}`, `chmod 600 ${file}`],
    [`printf ';${name} = 1\\n#${name} = 0' >${file}`],
  ]);
  const wished = (): JsonMap => ({
    name,
    value: chance.one<Json>(['1', 0, ' 1 ', 1]),
    sysctl_file: file,
    ...chance.options<Json>({ state: ['absent', 'present'], reload: [true, false], sysctl_set: [true, false] }, 0.35),
  });
  return { given: standing, tasks: [{ sysctl: wished() }, ...(chance.of(0.4) ? [{ sysctl: wished() }] : [])] };
}

export function mountCase(chance: Chance): Draft {
  const standing = chance.one<readonly string[]>([
    [],
    [],
    ['mkdir /mnt/@N@'],
    ['mkdir /mnt/@N@', 'mount -t tmpfs -o size=1m @N@src /mnt/@N@'],
    ['mkdir /mnt/@N@', "echo '@N@src /mnt/@N@ tmpfs size=1m 0 0' >>/etc/fstab", 'mount /mnt/@N@'],
    ["printf '# @N@ said\\n@N@src\\t/mnt/@N@\\ttmpfs\\tsize=1m\\t0\\t0\\n' >>/etc/fstab"],
    ['mkdir /mnt/@N@', 'echo kept >/mnt/@N@/file'],
    ['echo file >/mnt/@N@'],
  ]);
  const bind = chance.of(0.25);
  const wished = (): JsonMap => ({
    path: '/mnt/@N@',
    state: chance.one([
      'mounted',
      'mounted',
      'present',
      'unmounted',
      'absent',
      'remounted',
      'ephemeral',
      'absent_from_fstab',
    ] as const),
    ...(bind
      ? { src: '@W@/bind', fstype: 'none', opts: 'bind' }
      : {
          src: '@N@src',
          fstype: 'tmpfs',
          ...chance.options<Json>({ opts: ['size=1m', 'size=2m,noexec', 'defaults'] }, 0.6),
        }),
    ...chance.options<Json>({ boot: [false, true], dump: [0, 1], passno: [0, 2] }, 0.2),
  });
  return {
    given: ['mkdir bind', 'echo b >bind/in', ...standing],
    tasks: [{ mount: wished() }, ...(chance.of(0.5) ? [{ mount: wished() }] : [])],
  };
}

/** Only one case, because a host has one name. */
export function hostnameCase(chance: Chance): Draft {
  const name = chance.one(['parity-a', 'debian', 'h.example.org', 'UPPER'] as const);
  const given = chance.one<readonly string[]>([
    [],
    ['hostname other'],
    ['echo other >/etc/hostname'],
    ['rm /etc/hostname'],
    ['printf other >/etc/hostname'],
  ]);
  return { given, tasks: [{ hostname: { name } }, { hostname: { name: chance.one([name, 'second'] as const) } }] };
}
