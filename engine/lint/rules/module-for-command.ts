/** A module that can replace a command. */
export interface ModuleFor {
  readonly command: string;
  readonly module: string;
  /** An example of the module. */
  readonly example: string;
}

interface Row {
  readonly module: string;
  readonly example: string;
  /** The arguments for which the module can replace the command. Default: all. */
  readonly when?: RegExp;
  /** The arguments for which the module cannot replace it. */
  readonly unless?: RegExp;
}

const PACKAGE: Row = {
  module: 'package',
  example: 'package: {name: …}',
  when: /^(?:-\S+ )*(?:install|add|in|remove|rm|del|erase|purge|update|upgrade|dist-upgrade|full-upgrade|makecache)(?: |$)/,
};
const UNIT: Row = {
  module: 'systemd',
  example: 'systemd: {name: …, state: started}',
  when: /^(?:-\S+ )*(?:start|stop|restart|reload|try-restart|enable|disable|mask|unmask|daemon-reload)(?: |$)/,
  unless: /--user\b|\*/,
};
const MODE: Row = { module: 'file', example: 'file: {path: …, owner: …, mode: "0644"}' };
const ACCOUNT: Row = { module: 'user', example: 'user: {name: …}' };
const GROUP: Row = { module: 'group', example: 'group: {name: …}' };
const DOWNLOAD: Row = { module: 'get_url', example: 'get_url: {url: …, dest: …, checksum: …}' };
const REQUEST: Row = { module: 'uri', example: 'uri: {url: …}' };
const REBOOT: Row = { module: 'reboot', example: 'reboot: {}' };

/** Programs and the modules that can replace them. The first row that matches counts. */
const PROGRAMS: ReadonlyMap<string, readonly Row[]> = new Map<string, readonly Row[]>([
  ['systemctl', [UNIT]],
  [
    'service',
    [{ module: 'service', example: 'service: {name: …, state: started}', when: / (?:start|stop|restart|reload)$/ }],
  ],
  ...['apt-get', 'apt', 'aptitude', 'yum', 'dnf', 'zypper', 'apk'].map((program) => [program, [PACKAGE]] as const),
  ...['useradd', 'adduser', 'usermod', 'userdel', 'deluser'].map((program) => [program, [ACCOUNT]] as const),
  ...['groupadd', 'addgroup', 'groupmod', 'groupdel', 'delgroup'].map((program) => [program, [GROUP]] as const),
  ['mkdir', [{ module: 'file', example: 'file: {path: …, state: directory}' }]],
  ...['chmod', 'chown', 'chgrp'].map((program) => [program, [MODE]] as const),
  ['ln', [{ module: 'file', example: 'file: {path: …, src: …, state: link}' }]],
  ['rm', [{ module: 'file', example: 'file: {path: …, state: absent}', unless: /\*/ }]],
  ['rmdir', [{ module: 'file', example: 'file: {path: …, state: absent}' }]],
  ['touch', [{ module: 'file', example: 'file: {path: …, state: touch, modification_time: preserve}' }]],
  ['cp', [{ module: 'copy', example: 'copy: {src: …, dest: …, remote_src: true}', unless: /\*/ }]],
  ['mv', [{ module: 'move', example: 'move: {src: …, dest: …}', unless: /\*/ }]],
  ['mount', [{ module: 'mount', example: 'mount: {path: …, src: …, fstype: …}', when: / / }]],
  ['umount', [{ module: 'mount', example: 'mount: {path: …, state: unmounted}' }]],
  ['sysctl', [{ module: 'sysctl', example: 'sysctl: {name: …, value: …}', when: /^-w |=/ }]],
  ['modprobe', [{ module: 'kernel_module', example: 'kernel_module: {name: …}' }]],
  ['rmmod', [{ module: 'kernel_module', example: 'kernel_module: {name: …, state: absent}' }]],
  ['swapoff', [{ module: 'swap', example: 'swap: {state: "off"}', when: /^(?:-a|--all)$/ }]],
  ['curl', [{ ...DOWNLOAD, when: /(?:^| )(?:-[a-zA-Z]*[oO]|--output|--remote-name)(?:[ =]|$)/ }, REQUEST]],
  ['wget', [DOWNLOAD]],
  [
    'tar',
    [
      {
        module: 'unarchive',
        example: 'unarchive: {src: …, dest: …, remote_src: true}',
        when: /^(?:-?[a-wyzA-Z]*x[a-zA-Z]*|--extract)(?: |$)/,
      },
    ],
  ],
  ['unzip', [{ module: 'unarchive', example: 'unarchive: {src: …, dest: …, remote_src: true}', unless: /-[lt]/ }]],
  [
    'sed',
    [
      {
        module: 'replace',
        example: 'replace: {path: …, regexp: …, replace: …}',
        when: /(?:^| )(?:-[a-zA-Z]*i|--in-place)/,
      },
    ],
  ],
  ['crontab', [{ module: 'cron', example: 'cron: {name: …, job: …}', unless: /(?:^| )-l/ }]],
  ['hostname', [{ module: 'hostname', example: 'hostname: {name: …}', when: /^[^-\s]/ }]],
  ['hostnamectl', [{ module: 'hostname', example: 'hostname: {name: …}', when: /^(?:set-)?hostname / }]],
  ['timedatectl', [{ module: 'timezone', example: 'timezone: {name: …}', when: /^set-timezone / }]],
  ['reboot', [REBOOT]],
  ['shutdown', [{ ...REBOOT, when: /(?:^| )-r/ }]],
  ['setsebool', [{ module: 'seboolean', example: 'seboolean: {name: …, state: true, persistent: true}' }]],
  [
    'semanage',
    [
      {
        module: 'sefcontext',
        example: 'sefcontext: {target: …, setype: …}',
        when: /^fcontext .*(?:-a|-m|-d|--add|--modify|--delete)\b/,
      },
    ],
  ],
  ...['vgcreate', 'vgextend', 'vgremove'].map(
    (program) => [program, [{ module: 'lvg', example: 'lvg: {vg: …, pvs: […]}' }]] as const,
  ),
  ...['lvcreate', 'lvextend', 'lvremove'].map(
    (program) =>
      [
        program,
        [
          {
            module: 'lvol',
            example: 'lvol: {vg: …, lv: …, size: …}',
            unless: /(?:^| )(?:-s|--snapshot|-T|--thin|--thinpool|-V|--virtualsize)(?:[ =]|$)/,
          },
        ],
      ] as const,
  ),
  ['setenforce', [{ module: 'selinux', example: 'selinux: {state: enforcing}' }]],
  ['sleep', [{ module: 'wait_for', example: 'wait_for: {port: …} for what it waits for, or until: at the task' }]],
  ['add-apt-repository', [{ module: 'apt_repository', example: 'apt_repository: {repo: …}' }]],
  [
    'yum-config-manager',
    [{ module: 'yum_repository', example: 'yum_repository: {name: …, baseurl: …}', when: /--add-repo/ }],
  ],
  ['getent', [{ module: 'getent', example: 'getent: {database: passwd, key: …}', when: /^[a-z]+(?: |$)/ }]],
  [
    'git',
    [{ module: 'git', example: 'git: {repo: …, dest: …, version: …}', when: /^(?:clone|pull) |^(?:-C \S+ )?pull$/ }],
  ],
  ...['pip', 'pip3'].map(
    (program) =>
      [
        program,
        [{ module: 'pip', example: 'pip: {name: …, virtualenv: …}', when: /^(?:install|uninstall) / }],
      ] as const,
  ),
  [
    'npm',
    [
      {
        module: 'npm',
        example: 'npm: {path: …} or npm: {name: …, global: true}',
        when: /^(?:-\S+ )*(?:i|install|ci|add|uninstall|rm|remove|update|upgrade)(?: |$)/,
      },
    ],
  ],
  [
    'apt-mark',
    [{ module: 'dpkg_selections', example: 'dpkg_selections: {name: …, selection: hold}', when: /^(?:un)?hold / }],
  ],
  ['debconf-set-selections', [{ module: 'debconf', example: 'debconf: {name: …, question: …, vtype: …, value: …}' }]],
  [
    'dpkg-divert',
    [{ module: 'dpkg_divert', example: 'dpkg_divert: {path: …, rename: true}', unless: /--(?:list|truename)/ }],
  ],
  [
    'firewall-cmd',
    [
      {
        module: 'firewalld',
        example: 'firewalld: {service: …, permanent: true, immediate: true, state: enabled}',
        when: /--(?:add|remove|change|new|delete)-/,
        unless: /--direct|--(?:new|delete)-(?!zone)/,
      },
    ],
  ],
  ...['iptables', 'ip6tables'].map(
    (program) =>
      [
        program,
        [
          {
            module: 'iptables',
            example: 'iptables: {chain: INPUT, protocol: tcp, destination_port: …, jump: ACCEPT}',
            when: /(?:^| )(?:-A|-I|-D|-F|-P|-N|-X|--(?:append|insert|delete|flush|policy|new-chain|delete-chain))(?: |$)/,
          },
        ],
      ] as const,
  ),
  [
    'ufw',
    [
      {
        module: 'ufw',
        example: 'ufw: {rule: allow, port: …, proto: tcp}',
        when: /^(?:--force )?(?:allow|deny|limit|reject|delete|insert|route|default|logging|enable|disable|reload|reset)(?: |$)/,
      },
    ],
  ],
  [
    'update-alternatives',
    [{ module: 'alternatives', example: 'alternatives: {name: …, path: …}', when: /^--(?:install|set|auto|remove) / }],
  ],
  ...['mkfs', 'mkfs.ext4', 'mkfs.ext3', 'mkfs.xfs', 'mkfs.btrfs', 'mkfs.vfat', 'mkswap'].map(
    (program) => [program, [{ module: 'filesystem', example: 'filesystem: {dev: …, fstype: ext4}' }]] as const,
  ),
  [
    'ssh-keygen',
    [
      {
        module: 'openssh_keypair',
        example: 'openssh_keypair: {path: …, type: ed25519}',
        when: /(?:^| )-t /,
        unless: /(?:^| )-(?:R|F|H|l|y|e|p)/,
      },
    ],
  ],
  ['locale-gen', [{ module: 'locale_gen', example: 'locale_gen: {name: …}' }]],
  ['test', [{ module: 'stat', example: 'stat: {path: …}', when: /^-[a-zA-Z] / }]],
  ['stat', [{ module: 'stat', example: 'stat: {path: …}' }]],
]);

/** Returns the module that can replace this command; undefined if there is none. */
export function moduleFor(words: readonly string[]): ModuleFor | undefined {
  const [first, ...rest] = words;
  if (first === undefined) return undefined;
  const command = first.replace(/^(?:\/usr)?(?:\/local)?\/s?bin\//, '');
  const row = PROGRAMS.get(command)?.find(({ when, unless }) => {
    const given = rest.join(' ');
    return (when?.test(given) ?? true) && !(unless?.test(given) ?? false);
  });
  return row === undefined ? undefined : { command, module: row.module, example: row.example };
}
