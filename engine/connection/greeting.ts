/** Files whose lines say most of what there is to know; those that are not there are left out. */
const FILES = [
  '/etc/os-release',
  '/etc/hosts',
  '/proc/meminfo',
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

/** How many lines of each file are enough: the default route comes first, and of the other long ones the first lines count. */
const LINES = 60;

/**
 * The first script of a session: it brings the facts (see facts.ts for the decoder) at the cost of four processes. Each section
 * begins with a line `@name`; the first one is `path:line` for each line of the files.
 */
export const GREETING = `grep -H -s -m ${LINES} '' ${FILES.join(' ')}
echo @architecture; uname -m
echo @time; date +%s
echo @addresses; ip -o addr show 2>/dev/null || { echo @plain-addresses; hostname -I 2>/dev/null || hostname -i 2>/dev/null; }
echo @user; echo "\${LOGNAME:-\${USER:-$(id -un 2>/dev/null)}}"
echo @home; echo "$HOME"
echo @init; if [ -d /run/systemd/system ]; then echo systemd; elif [ -d /run/openrc ]; then echo openrc; fi
echo @package-manager; for name in apt-get dnf yum apk zypper; do command -v $name >/dev/null 2>&1 && { echo $name; break; }; done
echo @processors; set -- /sys/devices/system/cpu/cpu[0-9]*; echo $#
echo @container; [ -f /.dockerenv ] && echo docker; [ -f /run/.containerenv ] && echo podman
echo @end
`;
