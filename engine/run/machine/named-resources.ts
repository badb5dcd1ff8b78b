import { posix } from 'node:path';
import type { Request } from '../../resources/base/resource.ts';
import type { Decider } from '../base/decider.ts';

/** In a plan: a command, with the paths and words that it names. It may change these resources. */
export interface Naming {
  readonly names: ReadonlySet<string>;
  readonly decider: Decider;
}

/**
 * Programs that change resources which have no path. A word of a command names such a resource only beside one of them:
 * `echo nginx` leaves the package alone.
 */
const PROGRAMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['unit', ['systemctl', 'service', 'invoke-rc.d', 'deb-systemd-invoke']],
  ['init_service', ['rc-service', 'rc-update', 'service', 'invoke-rc.d', 'update-rc.d']],
  ['package', ['apt', 'apt-get', 'aptitude', 'dpkg', 'dnf', 'yum', 'rpm', 'zypper', 'apk', 'pacman', 'snap']],
  ['user', ['useradd', 'usermod', 'userdel', 'adduser', 'deluser', 'passwd', 'chpasswd', 'chage', 'chsh', 'gpasswd']],
  ['group', ['groupadd', 'groupmod', 'groupdel', 'addgroup', 'delgroup', 'gpasswd', 'usermod', 'useradd', 'userdel']],
]);

/**
 * Returns whether a command names the resource: a path, by itself or by a folder in which it is; a folder whose files
 * count, also by one of these files; a unit, package, user or group, by a word beside a program that changes its kind.
 */
export function isNamed({ id, kind }: Request, names: ReadonlySet<string>): boolean {
  const programs = PROGRAMS.get(kind.name);
  if (programs !== undefined) {
    const word = kind.name === 'unit' && id.endsWith('.service') ? id.slice(0, -'.service'.length) : id;
    return (names.has(id) || names.has(word)) && [...names].some((name) => programs.includes(posix.basename(name)));
  }
  const tree = kind.treeOf?.(id);
  if (tree !== undefined && [...names].some((name) => name.startsWith(`${tree}/`))) return true;
  return isPathNamed(tree ?? id, names);
}

function isPathNamed(path: string, names: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
    if (names.has(path.slice(0, end))) return path.startsWith('/');
  return false;
}
