/** Files whose lines contain most of the facts. Missing files are skipped. */
const FILES = [
  '/etc/os-release',
  '/etc/hosts',
  '/etc/machine-id',
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
 * Number of lines of each file that suffice: the default route comes first, and of other long files only the first
 * lines count.
 */
const LINES = 60;

/**
 * The first script of a session. It brings the facts (decoded by facts.ts) with three processes, or four before Linux
 * 6.1, which has no file that names the machine (that file does not respect `setarch`). A user who became root by `su`
 * still has the old name in the environment: in this case, and if there is no name, the system is asked. The number of
 * digits of the last address of the shell says how many bits programs have. The output has
 * `path:line` for each line of the files, then sections that begin with a line `@name`. The last program replaces the
 * shell, which ends anyway.
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
last=; while read -r map name; do last=\${map%%-*}; done 2>/dev/null </proc/self/maps
memory=; read -r name memory name 2>/dev/null </proc/meminfo
container=; [ -f /run/.containerenv ] && container=podman; [ -f /.dockerenv ] && container=docker
set -- /sys/devices/system/cpu/cpu[0-9]*
user=\${LOGNAME:-$USER}
if [ -z "$user" ] || { [ "$user" != root ] && [ -O / ]; } 2>/dev/null; then user=$(id -un 2>/dev/null); fi
printf '%s\\n' @architecture "\${machine:-$(uname -m)}" @digits \${#last} @memory "$memory" @user "$user" \\
  @home "$HOME" @init "$init" @package-manager "$manager" @processors $# @container "$container" @time
exec date +%s
`;
