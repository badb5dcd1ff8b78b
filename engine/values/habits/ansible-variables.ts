import { ABSENT_FACTS } from './absent-facts.ts';

/** A variable or fact that Ansible sets and runbook does not set under that name. */
export interface AnsibleVariable {
  /** For facts, the name without `ansible_`, as in `ansible_facts`; for magic variables the whole name. */
  readonly name: string;
  /** The path of the counterpart, if the counterpart is only a path. */
  readonly path?: string;
  /** A sentence that says what to write. */
  readonly instead: string;
  /** True if it is not reported: it is here under the same name, or users may define it themselves. */
  readonly isAccepted?: true;
  /** True if the variable also exists here under its name in Ansible, with the values of Ansible. */
  readonly isHere?: true;
}

const LOWER = 'Values are in lower case here';

/** Facts: `ansible_NAME`, `ansible_facts.NAME`, `ansible_facts["NAME"]`. */
export const ANSIBLE_FACTS: readonly AnsibleVariable[] = [
  { name: 'os_family', path: 'facts.os.family', instead: `${LOWER}: debian, redhat, alpine, suse.`, isHere: true },
  {
    name: 'distribution',
    path: 'facts.os.distribution',
    instead: `${LOWER}, as in /etc/os-release: debian, ubuntu, rocky, rhel.`,
    isHere: true,
  },
  {
    name: 'distribution_version',
    path: 'facts.os.version',
    instead: 'It is text, such as "12" or "24.04".',
    isHere: true,
  },
  {
    name: 'distribution_major_version',
    path: 'facts.os.version',
    instead:
      'facts.os.version is the whole version ("9.4"). Compare it by semver(facts.os.version, ">=9 <10"), or by facts.os.version.split(".")[0] == "9".',
    isHere: true,
  },
  {
    name: 'distribution_release',
    path: 'facts.os.codename',
    instead: 'It is the VERSION_CODENAME of /etc/os-release, such as bookworm.',
    isHere: true,
  },
  {
    name: 'lsb.codename',
    path: 'facts.os.codename',
    instead: 'It is the VERSION_CODENAME of /etc/os-release.',
    isHere: true,
  },
  { name: 'lsb.id', path: 'facts.os.distribution', instead: `${LOWER}.`, isHere: true },
  { name: 'lsb.release', path: 'facts.os.version', instead: 'It is text.', isHere: true },
  { name: 'lsb.major_release', path: 'facts.os.version', instead: 'It is the whole version.', isHere: true },
  { name: 'lsb', instead: 'Write facts.os.distribution, facts.os.version or facts.os.codename.', isHere: true },
  { name: 'hostname', path: 'facts.hostname', instead: 'It is the name that the host gives itself.', isHere: true },
  { name: 'nodename', path: 'facts.hostname', instead: 'It is the name that the host gives itself.', isHere: true },
  {
    name: 'fqdn',
    path: 'facts.fqdn',
    instead: 'runbook reads it from /etc/hosts of the host, and asks no name server.',
    isHere: true,
  },
  { name: 'domain', instead: 'Take it from facts.fqdn, or set a variable in the inventory.', isHere: true },
  { name: 'architecture', path: 'facts.architecture', instead: 'It is x86_64, aarch64 and so on.', isHere: true },
  { name: 'machine', path: 'facts.architecture', instead: 'It is x86_64, aarch64 and so on.', isHere: true },
  {
    name: 'userspace_architecture',
    path: 'facts.architecture',
    instead: 'It is the architecture of the kernel.',
    isHere: true,
  },
  { name: 'kernel', path: 'facts.kernel', instead: 'It is the release, such as 6.1.0-18-amd64.', isHere: true },
  { name: 'kernel_version', path: 'facts.kernel', instead: 'It is the release of the kernel.' },
  { name: 'system', instead: 'Leave the condition out: all hosts are Linux.', isHere: true },
  { name: 'service_mgr', path: 'facts.init', instead: 'It is systemd, openrc or other.', isHere: true },
  {
    name: 'pkg_mgr',
    path: 'facts.package_manager',
    instead: 'It is apt, dnf, yum, apk, zypper or none.',
    isHere: true,
  },
  {
    name: 'default_ipv4.address',
    path: 'facts.default_ipv4.address',
    instead: 'facts.default_ipv4 is null if the host has no default route.',
    isHere: true,
  },
  {
    name: 'default_ipv4.interface',
    path: 'facts.default_ipv4.interface',
    instead: 'facts.default_ipv4 is null if the host has no default route.',
    isHere: true,
  },
  {
    name: 'default_ipv4',
    path: 'facts.default_ipv4',
    instead: 'It is a map with address and interface.',
    isHere: true,
  },
  { name: 'default_ipv6', instead: 'Choose an address from facts.all_ipv6, or set a variable in the inventory.' },
  { name: 'all_ipv4_addresses', path: 'facts.all_ipv4', instead: 'It is a list, without loopback.', isHere: true },
  { name: 'all_ipv6_addresses', path: 'facts.all_ipv6', instead: 'It is a list, without loopback.', isHere: true },
  {
    name: 'interfaces',
    path: 'facts.interfaces',
    instead:
      'It is a map. The keys are the names of the interfaces; each value is {ipv4, ipv6} with two lists of addresses.',
    isHere: true,
  },
  { name: 'user_id', path: 'facts.user', instead: 'It is the login user.', isHere: true },
  { name: 'user_dir', path: 'facts.home', instead: 'It is the home directory of the login user.', isHere: true },
  { name: 'user_uid', path: 'facts.uid', instead: 'It is the number of the login user.', isHere: true },
  { name: 'user_gid', instead: 'Write query: id -g, and register the result.' },
  { name: 'user_shell', instead: 'Write getent: { database: passwd, key: USER }, and getent_passwd[USER][5].' },
  { name: 'env.HOME', path: 'facts.home', instead: 'It is the home directory of the login user.', isHere: true },
  { name: 'env.USER', path: 'facts.user', instead: 'It is the login user.', isHere: true },
  { name: 'env.SUDO_USER', path: 'facts.user', instead: 'It is the login user, who calls sudo.' },
  {
    name: 'env',
    instead:
      'Write facts.home for HOME and facts.user for USER. For another variable, write query: printenv NAME, and register the result.',
  },
  { name: 'memtotal_mb', path: 'facts.memory_mb', instead: 'It is a number.', isHere: true },
  { name: 'memfree_mb', instead: 'Write query: free -m, and register the result.' },
  { name: 'processor_vcpus', path: 'facts.processors', instead: 'It is a number.', isHere: true },
  { name: 'processor_nproc', path: 'facts.processors', instead: 'It is a number.', isHere: true },
  {
    name: 'processor_count',
    path: 'facts.processors',
    instead: 'It is the number of processors that the system sees.',
  },
  {
    name: 'processor_cores',
    path: 'facts.processors',
    instead: 'It is the number of processors that the system sees.',
  },
  {
    name: 'virtualization_type',
    path: 'facts.virtualization',
    instead: 'It is none, container:… or vm:…, such as vm:kvm.',
    isHere: true,
  },
  {
    name: 'virtualization_role',
    instead: 'Write facts.virtualization: it is none, container:… or vm:….',
    isHere: true,
  },
  { name: 'date_time.epoch', path: 'facts.time', instead: 'It is a number: seconds since 1970.', isHere: true },
  {
    name: 'date_time.iso8601',
    instead: 'Write query: date -u +%Y-%m-%dT%H:%M:%SZ, and register the result.',
    isHere: true,
  },
  { name: 'date_time.date', instead: 'Write {{strftime "%Y-%m-%d" facts.time}}; it is the date in UTC.' },
  {
    name: 'date_time',
    instead: 'Write facts.time for the seconds since 1970, or {{strftime "%Y-%m-%d" facts.time}} for a text.',
  },
  { name: 'selinux.status', path: 'facts.selinux', instead: 'It is enforcing, permissive or disabled.', isHere: true },
  { name: 'selinux.mode', path: 'facts.selinux', instead: 'It is enforcing, permissive or disabled.', isHere: true },
  { name: 'selinux', path: 'facts.selinux', instead: 'It is enforcing, permissive or disabled.', isHere: true },
  { name: 'mounts', instead: 'Write query: findmnt --json, and register the result.' },
  { name: 'devices', instead: 'Write query: lsblk --json, and register the result.' },
  { name: 'packages', instead: 'Write the task package_facts: before it.', isAccepted: true },
  { name: 'services', instead: 'Write the task service_facts: before it.', isAccepted: true },
  { name: 'local', instead: 'Write the task setup: before it, which reads /etc/ansible/facts.d.', isAccepted: true },
  { name: 'getent_passwd', instead: 'Write getent: { database: passwd } before it.', isAccepted: true },
  { name: 'getent_group', instead: 'Write getent: { database: group } before it.', isAccepted: true },
  { name: 'getent_shadow', instead: 'Write getent: { database: shadow } before it.', isAccepted: true },
  { name: 'cmdline', instead: 'Write query: cat /proc/cmdline, and register the result.' },
  { name: 'uptime_seconds', instead: 'Write query: cut -d. -f1 /proc/uptime, and register the result.' },
  { name: 'bios_version', instead: 'Write query: cat /sys/class/dmi/id/bios_version, and register the result.' },
  { name: 'product_name', instead: 'Write query: cat /sys/class/dmi/id/product_name, and register the result.' },
  { name: 'product_serial', instead: 'Write query: cat /sys/class/dmi/id/product_serial, and register the result.' },
  { name: 'product_uuid', instead: 'Write query: cat /sys/class/dmi/id/product_uuid, and register the result.' },
  { name: 'system_vendor', instead: 'Write query: cat /sys/class/dmi/id/sys_vendor, and register the result.' },
  { name: 'machine_id', path: 'facts.machine_id', instead: 'It is the text of /etc/machine-id.', isHere: true },
  { name: 'userspace_bits', path: 'facts.userspace_bits', instead: 'It is a number: 64 or 32.', isHere: true },
  { name: 'dns', instead: 'Write query: cat /etc/resolv.conf, and register the result.' },
  { name: 'apparmor', instead: 'Write query: aa-status, and register the result.' },
  { name: 'swaptotal_mb', instead: 'Write query: swapon --show --bytes, and register the result.' },
  { name: 'python', instead: 'Leave it out; nothing here needs Python on the host.' },
  { name: 'python_version', instead: 'Leave it out; nothing here needs Python on the host.' },
  { name: 'python_interpreter', instead: 'Leave it out; nothing here needs Python on the host.', isAccepted: true },
  { name: 'discovered_interpreter_python', instead: 'Leave it out; nothing here needs Python on the host.' },
  ...ABSENT_FACTS,
];

/** Variables that Ansible sets itself. */
export const ANSIBLE_MAGIC: readonly AnsibleVariable[] = [
  {
    name: 'ansible_facts',
    instead: 'Write facts: facts.os.family, facts.hostname and so on; `runbook facts HOST` shows them.',
    isHere: true,
  },
  {
    name: 'ansible_check_mode',
    path: 'planning',
    instead:
      'It is true in a plan, but only in tasks that print, check or wait. For other tasks, leave the condition out: a plan shows the changes of the play.',
    isHere: true,
  },
  { name: 'ansible_diff_mode', instead: 'Leave it out: a task does not know whether differences are shown.' },
  { name: 'ansible_play_hosts', instead: 'It is a list of names.', isHere: true },
  { name: 'ansible_play_hosts_all', instead: 'It is a list of names.', isHere: true },
  { name: 'ansible_play_batch', path: 'play_hosts', instead: 'It is a list of names.', isHere: true },
  { name: 'ansible_play_name', path: 'play_name', instead: 'It is the name of the play.', isHere: true },
  { name: 'ansible_role_name', path: 'role_name', instead: 'It is the name of the role.', isHere: true },
  { name: 'ansible_parent_role_names', instead: 'Give the role a variable where it is used.' },
  { name: 'ansible_dependent_role_names', instead: 'Give the role a variable where it is used.' },
  { name: 'ansible_collection_name', instead: 'Leave it out; there are no collections.' },
  { name: 'ansible_inventory_sources', instead: 'Write inventory_dir for the folder of the inventory.' },
  { name: 'inventory_file', instead: 'Write inventory_dir for the folder of the inventory.' },
  {
    name: 'inventory_hostname_short',
    instead:
      'Write inventory_hostname.split(".")[0] in a condition, {{first (split inventory_hostname ".")}} in a template.',
    isHere: true,
  },
  {
    name: 'ansible_managed',
    instead: 'Write the text itself, such as "Managed by runbook", or set the variable ansible_managed in group_vars.',
    isAccepted: true,
    isHere: true,
  },
  {
    name: 'ansible_host',
    instead:
      'Write default(ansible_host, inventory_hostname) in a condition, {{default ansible_host inventory_hostname}} in a template.',
    isAccepted: true,
  },
  {
    name: 'ansible_port',
    instead: 'Write default(ansible_port, 22) in a condition, {{default ansible_port 22}} in a template.',
    isAccepted: true,
  },
  { name: 'ansible_user', instead: 'Write facts.user for the login user.', isAccepted: true },
  {
    name: 'omit',
    instead:
      'It is here too: default(x, omit) in an expression, {{default x omit}} in a template. It leaves out an argument, a keyword, a member of a map or an item of a list.',
    isAccepted: true,
  },
  { name: 'ansible_loop', instead: 'Write loop_control: {index_var: i}; the length of the list is size(…).' },
  {
    name: 'ansible_loop_var',
    instead: 'Write the name of the loop variable: item, or the name in loop_control.loop_var.',
  },
  { name: 'ansible_index_var', instead: 'Write the name that loop_control.index_var sets.' },
  { name: 'ansible_failed_task', path: 'failed_task', instead: 'It exists within rescue.' },
  {
    name: 'ansible_failed_result',
    path: 'failed_task.result',
    instead: 'It exists within rescue.',
  },
  {
    name: 'ansible_version',
    instead: 'It is the version of ansible-core that the language follows.',
    isHere: true,
  },
  { name: 'ansible_run_tags', instead: 'Set a variable with -e, and use that variable.', isHere: true },
  { name: 'ansible_skip_tags', instead: 'Set a variable with -e, and use that variable.', isHere: true },
  { name: 'ansible_limit', instead: 'Write play_hosts for the hosts that take part.' },
  {
    name: 'ansible_forks',
    instead: 'Leave it out; throttle: sets the number of hosts that run a task at the same time.',
  },
  { name: 'ansible_verbosity', instead: 'Leave it out; -v and -vv show more.' },
  { name: 'ansible_config_file', instead: 'Leave it out; runbook has no configuration file.' },
  { name: 'ansible_playbook_python', instead: 'Leave it out; runbook does not use Python.' },
  { name: 'ansible_search_path', instead: 'Write playbook_dir or role_path.' },
  { name: 'environment', instead: 'Write environment: at the task.', isAccepted: true },
  {
    name: 'vars',
    instead:
      'Write the name of the variable. If the name is computed, write {{get_variable name}} in a template, or getVariable(name) in an expression.',
    isAccepted: true,
  },
];

const byName: ReadonlyMap<string, AnsibleVariable> = new Map([
  ...ANSIBLE_FACTS.map((fact) => [`ansible_facts.${fact.name}`, fact] as const),
  ...ANSIBLE_FACTS.map((fact) => [`ansible_${fact.name}`, fact] as const),
  ...ANSIBLE_MAGIC.map((one) => [one.name, one] as const),
]);

/** Facts that have the same values here as in Ansible. */
const SAME_VALUES: ReadonlySet<string> = new Set([
  ...['hostname', 'fqdn', 'os.version', 'os.codename', 'architecture', 'kernel', 'init', 'package_manager', 'user'].map(
    (name) => `facts.${name}`,
  ),
  ...['home', 'uid', 'default_ipv4.address', 'default_ipv4.interface', 'default_ipv4', 'all_ipv4', 'memory_mb'].map(
    (name) => `facts.${name}`,
  ),
  'facts.processors',
  'facts.machine_id',
  'facts.time',
  'planning',
  'play_hosts',
  'play_name',
  'role_name',
  'failed_task',
  'failed_task.result',
]);

/**
 * Returns whether the counterpart here has the same values as the variable in Ansible. Then a condition needs only the
 * new name, and no new values.
 */
export function hasSameValues({ path }: AnsibleVariable): boolean {
  return path !== undefined && SAME_VALUES.has(path);
}

/**
 * Returns the path to write in place of the name in Ansible. Undefined if the name must stay: only that name has the
 * values of Ansible here.
 */
export function namedHere(variable: AnsibleVariable): string | undefined {
  return variable.isHere === true && !hasSameValues(variable) ? undefined : variable.path;
}

export interface FoundVariable {
  readonly variable: AnsibleVariable;
  /** Number of the given names that the row covers. */
  readonly length: number;
}

/**
 * Finds the variable that a path such as `ansible_facts.default_ipv4.address` begins with. `names` are the parts of the
 * path. If several variables fit, the one with the most parts is returned; undefined if none fits.
 */
export function ansibleVariable(names: readonly string[]): FoundVariable | undefined {
  const plain =
    names[0] === 'ansible_facts'
      ? ['ansible_facts', ...names.slice(1).map((name) => name.replace(/^ansible_/, ''))]
      : names;
  for (let length = Math.min(plain.length, 3); length > 0; length--) {
    const variable = byName.get(plain.slice(0, length).join('.'));
    if (variable !== undefined) return { variable, length };
  }
  return undefined;
}

/**
 * Returns what to write for a variable of Ansible that is a member of the variables of a host, as in
 * `hostvars[h].ansible_facts`, or for a fact that a task brings.
 */
export function ansibleMember(parent: string, key: string): string | undefined {
  const fact = /(?:^|\.)ansible_facts$/.test(parent) ? ansibleVariable(['ansible_facts', key]) : undefined;
  if (fact?.length === 2 && fact.variable.isAccepted === true) return fact.variable.instead;
  const found = ansibleVariable([key]);
  if (found === undefined || found.variable.isHere === true) return undefined;
  const { path, instead } = found.variable;
  return path === undefined ? instead : `Write ${parent}.${path}. ${instead}`;
}
