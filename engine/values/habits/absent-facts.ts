function query(command: string): string {
  return `Write query: ${command}, and register the result.`;
}

/** Facts of Ansible that have no counterpart, with the command that a task can run to get the value. */
export const ABSENT_FACTS: readonly { readonly name: string; readonly instead: string }[] = [
  { name: 'bios_date', instead: query('cat /sys/class/dmi/id/bios_date') },
  { name: 'bios_vendor', instead: query('cat /sys/class/dmi/id/bios_vendor') },
  { name: 'board_name', instead: query('cat /sys/class/dmi/id/board_name') },
  { name: 'chassis_serial', instead: query('cat /sys/class/dmi/id/chassis_serial') },
  { name: 'product_version', instead: query('cat /sys/class/dmi/id/product_version') },
  { name: 'form_factor', instead: query('cat /sys/class/dmi/id/chassis_type') },
  { name: 'device_links', instead: query('ls -l /dev/disk/by-uuid') },
  { name: 'distribution_file_path', instead: 'Write /etc/os-release: runbook reads facts.os from this file.' },
  { name: 'distribution_file_variety', instead: 'Write facts.os.distribution.' },
  { name: 'distribution_file_parsed', instead: 'Leave it out: runbook reads facts.os from /etc/os-release.' },
  {
    name: 'distribution_minor_version',
    instead: 'Write facts.os.version.split(".")[1], or {{lookup (split facts.os.version ".") 1}}.',
  },
  { name: 'effective_user_id', instead: `${query('id -u')} The command runs as the user of the task.` },
  { name: 'effective_group_id', instead: `${query('id -g')} The command runs as the user of the task.` },
  { name: 'real_user_id', instead: query('id -ru') },
  { name: 'real_group_id', instead: query('id -rg') },
  { name: 'fibre_channel_wwn', instead: query('cat /sys/class/fc_host/*/port_name') },
  { name: 'iscsi_iqn', instead: query('cat /etc/iscsi/initiatorname.iscsi') },
  { name: 'hostnqn', instead: query('cat /etc/nvme/hostnqn') },
  { name: 'fips', instead: query('cat /proc/sys/crypto/fips_enabled') },
  { name: 'gather_subset', instead: 'Leave it out: facts come with the connection.' },
  { name: 'module_setup', instead: 'Leave it out: facts come with the connection.' },
  {
    name: 'is_chroot',
    instead: `${query('ls -di /')} The number 2 or 128 means that / is the root of a file system, so the host is not in a chroot.`,
  },
  { name: 'loadavg', instead: query('cat /proc/loadavg') },
  { name: 'lvm', instead: query('vgs --reportformat json') },
  {
    name: 'memory_mb',
    instead:
      'Write facts.memory_mb for the size of the memory. For other numbers, write query: cat /proc/meminfo, and register the result.',
  },
  { name: 'swapfree_mb', instead: query('grep SwapFree /proc/meminfo') },
  { name: 'proc_cmdline', instead: query('cat /proc/cmdline') },
  { name: 'processor_threads_per_core', instead: query('lscpu') },
  { name: 'selinux_python_present', instead: 'Leave it out: nothing here needs Python on the host.' },
  { name: 'ssh_host_key_ed25519_public', instead: query('cat /etc/ssh/ssh_host_ed25519_key.pub') },
  { name: 'ssh_host_key_rsa_public', instead: query('cat /etc/ssh/ssh_host_rsa_key.pub') },
  { name: 'ssh_host_key_ecdsa_public', instead: query('cat /etc/ssh/ssh_host_ecdsa_key.pub') },
  { name: 'system_capabilities', instead: query('grep CapBnd /proc/self/status') },
  { name: 'system_capabilities_enforced', instead: query('grep CapBnd /proc/self/status') },
  { name: 'user_gecos', instead: query('getent passwd NAME') },
  { name: 'virtualization_tech_guest', instead: 'Write [facts.virtualization].' },
  { name: 'virtualization_tech_host', instead: query('ls /dev/kvm') },
];
