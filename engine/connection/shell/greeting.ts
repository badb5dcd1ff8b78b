/** Files whose lines say most of what there is to know; those that are not there are left out. */
const FILES = [
  '/etc/os-release',
  '/etc/hosts',
  '/proc/net/route',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/osrelease',
  '/proc/self/status',
  '/proc/1/comm',
  '/sys/fs/selinux/enforce',
  '/run/systemd/container',
  '/run/host/container-manager',
  '/sys/class/dmi/id/product_name',
  '/sys/class/dmi/id/sys_vendor',
];

/**
 * How many lines of each file are enough: the default route comes first, and of the other long ones the first lines
 * count.
 */
const LINES = 60;

/**
 * The first script of a session: it brings the facts (see facts.ts for the decoder) at the cost of three processes, or
 * four before Linux 6.1, which does not tell its machine in a file; nor does that file know of a personality
 * (`setarch`). One who became root by `su` has the name that he had before in his environment: then, and where there is
 * no name, the system is asked. First comes `path:line` for each line of the files, then sections that begin with a
 * line `@name`. Its shell is gone with it, so the last program takes its place.
 */
export const GREETING = `grep -H -s -m ${LINES} '' ${FILES.join(' ')}
echo @addresses
ip -o addr show 2>/dev/null || { echo @plain-addresses; hostname -I 2>/dev/null || hostname -i 2>/dev/null; }
init=; if [ -d /run/systemd/system ]; then init=systemd; elif [ -d /run/openrc ]; then init=openrc; fi
manager=; for name in apt-get dnf yum apk zypper; do command -v $name >/dev/null 2>&1 && { manager=$name; break; }; done
machine=; if [ -r /proc/sys/kernel/arch ] && [ -r /proc/self/personality ]; then
  read -r persona </proc/self/personality
  case $persona in *00) read -r machine </proc/sys/kernel/arch ;; esac
fi
memory=; read -r name memory name 2>/dev/null </proc/meminfo
container=; [ -f /run/.containerenv ] && container=podman; [ -f /.dockerenv ] && container=docker
set -- /sys/devices/system/cpu/cpu[0-9]*
user=\${LOGNAME:-$USER}
if [ -z "$user" ] || { [ "$user" != root ] && [ -O / ]; } 2>/dev/null; then user=$(id -un 2>/dev/null); fi
printf '%s\\n' @architecture "\${machine:-$(uname -m)}" @memory "$memory" @user "$user" \\
  @home "$HOME" @init "$init" @package-manager "$manager" @processors $# @container "$container" @time
exec date +%s
`;
