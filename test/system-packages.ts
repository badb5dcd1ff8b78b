import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { unpackBusyboxes } from './busyboxes.ts';

/** Programs that tests run, or files that show that a package is installed, and the Debian packages that have them. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['sshd', 'openssh-server'],
  ['ssh', 'openssh-client'],
  ['openssl', 'openssl'],
  ['sudo', 'sudo'],
  ['doas', 'opendoas'],
  ['busybox', 'busybox'],
  ['zsh', 'zsh'],
  ['fish', 'fish'],
  ['dot', 'graphviz'],
  ['man', 'man-db'],
  ['tcsh', 'tcsh'],
  ['mksh', 'mksh'],
  ['curl', 'curl'],
  ['cc', 'gcc'],
  ['/usr/include/stdio.h', 'libc6-dev'],
  ['unshare', 'util-linux'],
  ['vgs', 'lvm2'],
  ['ip', 'iproute2'],
  ['setfacl', 'acl'],
  ['iptables', 'iptables'],
  ['ufw', 'ufw'],
  ['zip', 'zip'],
  ['unzip', 'unzip'],
  ['xz', 'xz-utils'],
  ['bzip2', 'bzip2'],
  ['zstd', 'zstd'],
  ['python3', 'python3'],
  ['age', 'age'],
  ['rclone', 'rclone'],
  ['/var/lib/dpkg/info/python3-venv.list', 'python3-venv'],
]);
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Returns the path of an installed program; undefined if it is not installed. */
export function installedPath(program: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${program}`).find((path) => existsSync(path));
}

/**
 * Runs before all tests. As root on Debian, it installs missing packages, and starts no service. Elsewhere, the tests
 * name the packages that they miss.
 */
export default function installWhatTestsNeed(): void {
  installMissingPrograms(PROGRAMS);
  unpackBusyboxes();
}

/** `programs`: a file or program of each package, and the name of the package. */
export function installMissingPrograms(programs: ReadonlyMap<string, string>): void {
  const isThere = (known: string): boolean =>
    known.startsWith('/') ? existsSync(known) : installedPath(known) !== undefined;
  const missing = [...programs].filter(([known]) => !isThere(known)).map(([, name]) => name);
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) execFileSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' >${policy} && chmod 755 ${policy}`]);
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env, stdio: 'inherit' });
  } finally {
    if (ours) execFileSync('rm', ['-f', policy]);
  }
}
