import { type ForeignArgument, idle, idleAs } from '../../values/habits/foreign-argument.ts';

const OTHER_MANAGER = idleAs(
  ['auto', 'apt', 'dnf', 'dnf4', 'dnf5', 'yum', 'yum4', 'zypper', 'apk', null],
  'Leave it out: the package manager of the host is used.',
);
const UPGRADE_ALONE = idleAs([false], 'Write state: latest, with when: for a package that may be missing.');
const UNSIGNED = idleAs(
  [false],
  'Leave it out: bring the key of the repository, and name it in apt_repository by signed-by.',
);
const TLS = idleAs([true], 'Write yum_repository: with sslverify: false for the repository.');
const SECURITY = idleAs([false], 'Write command: dnf -y upgrade --security, or --bugfix.');
const DOWNLOAD = idleAs([false], 'Write command: dnf -y download NAME.');
const BEST = 'Write command: dnf -y install with --nobest or --best.';
const PLUGIN = idleAs([null], 'Write command: dnf -y install with --enableplugin or --disableplugin.');

/** Arguments of package, apt, yum and dnf of Ansible that the module package does not have. */
export const foreignPackageArguments: Readonly<Record<string, ForeignArgument>> = {
  use: OTHER_MANAGER,
  use_backend: OTHER_MANAGER,
  force: idleAs([false], 'Write allow_downgrade: true for an older version; signatures are always checked.'),
  force_apt_get: idle('apt-get is used.'),
  auto_install_module_deps: idle('nothing here needs Python on the host.'),
  install_repoquery: idle('nothing more is needed on the host.'),
  update_cache_retries: 'Write retries: and delay: at the task.',
  update_cache_retry_max_delay: 'Write retries: and delay: at the task.',
  allow_unauthenticated: UNSIGNED,
  'allow-unauthenticated': UNSIGNED,
  allow_change_held_packages: idleAs(
    [false],
    'Write a task before this one: command: apt-mark unhold NAME. The plan names packages that are held.',
  ),
  fail_on_autoremove: idleAs([false], 'Leave it out: the plan names all packages that go.'),
  lock_timeout: idle('locks are waited for.'),
  policy_rc_d: 'Write start_units: false, which keeps services down during the installation.',
  only_upgrade: UPGRADE_ALONE,
  update_only: UPGRADE_ALONE,
  dpkg_options: idleAs(
    ['force-confdef,force-confold'],
    'Leave it out; files that were edited are kept (force-confdef, force-confold).',
  ),
  validate_certs: TLS,
  sslverify: TLS,
  disable_excludes: 'Write yum_repository: without exclude for the repository.',
  list: 'Write query: dnf list NAME, and register the result.',
  conf_file: 'Set it in /etc/dnf/dnf.conf by lineinfile.',
  installroot: idleAs(['/'], 'Write command: dnf -y --installroot=… install NAME.'),
  releasever: 'Write command: dnf -y --releasever=… install NAME.',
  skip_broken: idleAs([false], 'Leave it out: a package that cannot be installed is an error.'),
  security: SECURITY,
  bugfix: SECURITY,
  enable_plugin: PLUGIN,
  disable_plugin: PLUGIN,
  download_only: DOWNLOAD,
  download_dir: 'Write command: dnf -y download --destdir … NAME.',
  allowerasing: idleAs([false], 'Write a task before this one: package: {name: …, state: absent}.'),
  nobest: BEST,
  best: BEST,
  disable_recommends: 'Write install_recommends: false for true, and true for false.',
  no_cache: idle('apk keeps no lists in memory.'),
  available: idleAs([false], 'Write command: apk upgrade --available.'),
  world: idleAs([false], 'Write command: apk upgrade.'),
  virtual: 'Write command: apk add --virtual NAME, with creates: or check: and apply:.',
  repository: 'Add the repository to /etc/apk/repositories by lineinfile.',
  root: idleAs(['/'], 'Write command: with the --root of the package manager.'),
  allow_vendor_change: idleAs([false], 'Write command: zypper -n install --allow-vendor-change NAME.'),
  auto_import_keys: UNSIGNED,
  clean_deps: idleAs([false], 'Write command: zypper -n remove --clean-deps NAME.'),
  force_resolution: idleAs([false], 'Write command: zypper -n install --force-resolution NAME.'),
  replacefiles: idleAs([false], 'Write command: zypper -n install --replacefiles NAME.'),
  skip_post_errors: idleAs([false], 'Leave it out: a package whose scripts fail is an error.'),
  extra_args: 'Write command: zypper -n install with these options.',
  extra_args_precommand: 'Write command: zypper with these options, -n and install.',
  quiet: idle('the output is kept for the journal alone.'),
  simple_errors: idle('the messages of the package manager are shown as they are.'),
  type: idleAs(['package'], 'Write command: zypper -n install -t TYPE NAME.'),
  cacheonly: idleAs([false], 'Leave it out; fresh lists are not fetched again (cache_valid_time).'),
};
