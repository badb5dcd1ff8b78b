import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder, fillOnce, keyOf } from './cache.ts';
import { run } from './command.ts';
import type { Distribution } from './distribution.ts';
import { NETWORK } from './state.ts';

/**
 * The user of the lab's inventory, as on a machine that was just installed: sudo without a password, one key, and
 * nothing else.
 */
export const USER = 'operator';

/** The folder of the package repository on hosts. */
export const REPOSITORY = '/srv/packages';

// Only the packages of a new machine: packages that a role installs must be missing, or its package tasks would have
// nothing to do.
const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'iproute2',
  'iputils-ping',
  'procps',
  'kmod',
  'netbase',
  'sudo',
] as const;

/** Units that do not work, or only cost time, in a container without a console and without network access. */
const MASKED = [
  'console-getty.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
] as const;

const HOSTNAME = 'debian';

/** Files of a new machine that a playbook has to change, and files that must differ in a container. */
const FILES: Readonly<Record<string, string>> = {
  'etc/hostname': `${HOSTNAME}\n`,
  'etc/hosts': `127.0.0.1\tlocalhost\n127.0.1.1\t${HOSTNAME}\n\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
  'etc/resolv.conf': `nameserver ${NETWORK.controller}\noptions timeout:1 attempts:1\n`,
  // systemd does not activate swap in a container: the line is for the role that must comment it out.
  'etc/fstab': '# <file system> <mount point> <type> <options> <dump> <pass>\n/swap.img none swap sw 0 0\n',
  'etc/machine-id': '',
  'etc/apt/sources.list': `deb [trusted=yes] file:${REPOSITORY} ./\n`,
  'etc/apt/apt.conf.d/90lab': 'Acquire::Languages "none";\n',
  'etc/dpkg/dpkg.cfg.d/90lab': 'force-unsafe-io\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/doc/*\n',
  'etc/sudoers.d/operator': `${USER} ALL=(ALL:ALL) NOPASSWD: ALL\n`,
  // The clock of a container is that of the machine: chronyd may run, but must not set it (-x).
  'etc/systemd/system/chrony.service.d/90-lab.conf':
    '[Unit]\nConditionCapability=\n\n[Service]\nExecStart=\nExecStart=!/usr/sbin/chronyd -x -F 1\n',
};

/**
 * The root file system that all hosts share as the lower layer. debootstrap makes it once; its key is computed from
 * everything that goes into it.
 * @returns its folder
 */
export async function baseSystem(
  { url, suite }: Distribution,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const key = keyOf({ suite, packages: PACKAGES, masked: MASKED, files: FILES, user: USER, version: 1 });
  return await fillOnce(join(cacheFolder(), 'base', `${suite}-${key}`), async (root) => {
    report(`making the base system (${suite}) with debootstrap: about a minute, once`);
    await chmod(root, 0o755);
    // debootstrap mounts /proc and /sys there. In a separate mount namespace, these mounts end with it in any case.
    const apart = ['unshare', '--mount', '--propagation', 'slave', '--'];
    await run([...apart, 'debootstrap', '--variant=minbase', `--include=${PACKAGES.join(',')}`, suite, root, url], {
      signal,
    });
    // Debian has a group of that name.
    await run(['chroot', root, 'useradd', '--create-home', '--gid', USER, '--shell', '/bin/bash', USER]);
    await run(['chroot', root, 'systemctl', 'enable', '--quiet', 'systemd-networkd.service']);
    for (const [file, content] of Object.entries(FILES)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await rm(join(root, file), { force: true });
      await writeFile(join(root, file), content);
    }
    await chmod(join(root, 'etc/sudoers.d/operator'), 0o440);
    for (const unit of MASKED) await symlink('/dev/null', join(root, 'etc/systemd/system', unit));
    // Each host gets its own key, and the first package task fetches the lists of apt.
    await run([
      'sh',
      '-c',
      'rm -rf "$1"/etc/ssh/ssh_host_* "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/cache/apt/archives/*.deb',
      'sh',
      root,
    ]);
  });
}
