import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Facts } from '../../engine/connection/shell/facts.ts';
import { module as aptRepository } from '../../engine/modules/apt_repository.ts';
import { module as authorizedKey } from '../../engine/modules/authorized_key.ts';
import type { AnyModule } from '../../engine/modules/base/module.ts';
import { module as cron } from '../../engine/modules/cron.ts';
import { module as group } from '../../engine/modules/group.ts';
import { module as hostname } from '../../engine/modules/hostname.ts';
import { module as kernelModule } from '../../engine/modules/kernel_module.ts';
import { module as mount } from '../../engine/modules/mount.ts';
import { module as selinux } from '../../engine/modules/selinux.ts';
import { module as service } from '../../engine/modules/service.ts';
import { module as swap } from '../../engine/modules/swap.ts';
import { module as sysctl } from '../../engine/modules/sysctl.ts';
import { module as timezone } from '../../engine/modules/timezone.ts';
import { module as user } from '../../engine/modules/user.ts';
import { module as yumRepository } from '../../engine/modules/yum_repository.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { BUSYBOXES } from '../busyboxes.ts';
import { SHELLS } from '../resources/local-sh.ts';
import { SystemHost } from './system-host.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIiXCjh4t02f/fgH6r1qWwjiHM7EPgoodNZ095FcXboZ';
const HASH = '$6$abcdefgh$0TnkQnTZXgMo1Y0hFkz2yS7P4oYt1Zk0m0QnTZXgMo1Y0hFkz2yS7P4oYt1Zk0mQ';
const CONTAINER: Partial<Facts> = { virtualization: 'container:systemd-nspawn' };

interface Case {
  readonly what: string;
  readonly module: AnyModule;
  readonly args: object;
  readonly before?: string;
  /** Shell text that succeeds after the change was applied. */
  readonly proof?: string;
  readonly facts?: Partial<Facts>;
}

const CASES: readonly Case[] = [
  { what: 'a system group', module: group, args: { name: 'rbgroup', system: true }, proof: 'getent group rbgroup' },
  {
    what: 'a group of another number',
    module: group,
    args: { name: 'rbgroup', gid: 4711 },
    before: 'groupadd -g 4712 rbgroup',
    proof: 'getent group 4711',
  },
  {
    what: 'a group that shall go',
    module: group,
    args: { name: 'rbgroup', state: 'absent' },
    before: 'groupadd rbgroup',
    proof: '! getent group rbgroup',
  },
  {
    what: 'a service account in a group of its name',
    module: user,
    args: {
      name: 'rbuser',
      group: 'rbuser',
      system: true,
      home: '/var/lib/rb',
      create_home: false,
      shell: '/usr/sbin/nologin',
    },
    before: 'groupadd -r rbuser',
    proof: 'getent passwd rbuser | grep -q :/var/lib/rb:/usr/sbin/nologin',
  },
  {
    what: 'an account with its own group and home',
    module: user,
    args: { name: 'rbuser', uid: 4711, comment: "O'Neil & co" },
    proof: 'test -d /home/rbuser && getent group rbuser',
  },
  {
    what: 'an account beside a group of its name',
    module: user,
    args: { name: 'rbuser' },
    before: 'groupadd -g 4800 rbuser',
    proof: 'getent passwd rbuser | grep -q :4800:',
  },
  {
    what: 'another shell, group and home for an account',
    module: user,
    args: { name: 'rbuser', shell: '/bin/sh', groups: ['rbmore'], append: true, home: '/home/elsewhere' },
    before: 'useradd -M -s /bin/bash -G adm rbuser; groupadd rbmore',
    proof: 'id -nG rbuser | grep -q adm && id -nG rbuser | grep -q rbmore',
  },
  {
    what: 'groups that are not named',
    module: user,
    args: { name: 'rbuser', groups: ['rbmore'] },
    before: 'useradd -m -G adm rbuser; groupadd rbmore',
    proof: '! id -nG rbuser | grep -q adm',
  },
  {
    what: 'a missing home directory',
    module: user,
    args: { name: 'rbuser' },
    before: 'useradd -M rbuser',
    proof: 'test "$(stat -c %U /home/rbuser)" = rbuser',
  },
  {
    what: 'a password',
    module: user,
    args: { name: 'rbuser', password: Secret.of(HASH) },
    proof: `grep -qF 'rbuser:${HASH}:' /etc/shadow`,
  },
  {
    what: 'another password',
    module: user,
    args: { name: 'rbuser', password: '!' },
    before: 'useradd -m rbuser; echo rbuser:x | chpasswd',
    proof: "grep -q '^rbuser:!:' /etc/shadow",
  },
  {
    what: 'an account that shall go',
    module: user,
    args: { name: 'rbuser', state: 'absent', remove: true },
    before: 'useradd -m rbuser',
    proof: '! test -e /home/rbuser',
  },
  {
    what: 'the name of the host',
    module: hostname,
    args: { name: 'node-1.example.org' },
    proof: 'test "$(hostname)" = node-1.example.org && grep -qx node-1.example.org /etc/hostname',
  },
  {
    what: 'only the file of the name',
    module: hostname,
    args: { name: 'node-1' },
    before: 'hostname node-1; echo node-2 >/etc/hostname',
    proof: 'grep -qx node-1 /etc/hostname',
  },
  {
    what: 'kernel parameters',
    module: sysctl,
    args: { values: { 'net.ipv4.ip_forward': 1, 'net.ipv4.ip_local_port_range': '10000   60000' } },
    proof:
      'test "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 && grep -qx "net.ipv4.ip_local_port_range = 10000 60000" /etc/sysctl.d/99-runbook.conf',
  },
  {
    what: 'a parameter whose file is right but whose value is not',
    module: sysctl,
    args: { name: 'net.ipv4.ip_forward', value: '1', sysctl_file: '/etc/sysctl.d/90-x.conf' },
    before: 'printf "net.ipv4.ip_forward=1\\n" >/etc/sysctl.d/90-x.conf; echo 0 >/proc/sys/net/ipv4/ip_forward',
    proof: 'test "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 && grep -qx net.ipv4.ip_forward=1 /etc/sysctl.d/90-x.conf',
  },
  {
    what: 'a parameter in a folder that is not there',
    module: sysctl,
    args: { name: 'net/ipv4/conf/lo/forwarding', value: 1, sysctl_file: '/etc/rb.d/x/90-x.conf' },
    proof: 'test "$(cat /proc/sys/net/ipv4/conf/lo/forwarding)" = 1 && test -e /etc/rb.d/x/90-x.conf',
  },
  {
    what: 'a parameter that this kernel does not have',
    module: sysctl,
    args: { name: 'net.nosuch.thing', value: 1, optional: true },
    proof: 'grep -q net.nosuch.thing /etc/sysctl.d/99-runbook.conf',
  },
  {
    what: 'a parameter that cannot be set',
    module: sysctl,
    args: { name: 'kernel.pid_max', value: 4000001, ignoreerrors: true },
    before: 'mount --bind /proc/sys/kernel /proc/sys/kernel && mount -o remount,ro,bind /proc/sys/kernel',
    proof: 'grep -q 4000001 /etc/sysctl.d/99-runbook.conf',
  },
  {
    what: 'lines of parameters that shall go',
    module: sysctl,
    args: { name: 'vm.swappiness', state: 'absent', sysctl_file: '/etc/sysctl.d/90-x.conf' },
    before: 'printf "# mine\\nvm.swappiness = 1\\nvm.x = 2\\n-vm/swappiness=3\\n" >/etc/sysctl.d/90-x.conf',
    proof: 'test "$(cat /etc/sysctl.d/90-x.conf)" = "# mine\nvm.x = 2"',
  },
  {
    what: 'a module that this kernel does not have',
    module: kernelModule,
    args: { name: ['rb-nosuch'], optional: true, persistent: false },
  },
  {
    what: 'a module in a container',
    module: kernelModule,
    args: { name: ['rb_nosuch', 'rb2'], optional: true },
    facts: CONTAINER,
  },
  {
    what: 'swap at boot',
    module: swap,
    args: { state: 'off' },
    facts: CONTAINER,
    before: 'printf "/dev/sda1 / ext4 defaults 0 1\\n/swapfile none swap sw 0 0\\n# x swap\\n" >/etc/fstab',
    proof: 'grep -qx "# /swapfile none swap sw 0 0" /etc/fstab && grep -qx "/dev/sda1 / ext4 defaults 0 1" /etc/fstab',
  },
  {
    what: 'a public key for an account without .ssh',
    module: authorizedKey,
    args: { user: 'rbuser', key: `${KEY} me@here`, key_options: 'no-pty' },
    before: 'useradd -m rbuser',
    proof: `grep -qx "no-pty ${KEY} me@here" /home/rbuser/.ssh/authorized_keys && test "$(stat -c %U:%a /home/rbuser/.ssh)" = rbuser:700`,
  },
  {
    what: 'the only public key',
    module: authorizedKey,
    args: { user: 'rbuser', key: [`# mine\n${KEY}`], exclusive: true },
    before: `useradd -m rbuser; mkdir -p /home/rbuser/.ssh; printf "# note\\nssh-rsa AAAAB3 other\\n${KEY} kept" >/home/rbuser/.ssh/authorized_keys`,
    proof: `test "$(cat /home/rbuser/.ssh/authorized_keys)" = "# note\n${KEY} kept"`,
  },
  {
    what: 'a public key that shall go',
    module: authorizedKey,
    args: { user: 'rbuser', key: KEY, state: 'absent' },
    before: `useradd -m rbuser; mkdir -p /home/rbuser/.ssh; echo "no-pty ${KEY} kept" >/home/rbuser/.ssh/authorized_keys`,
    proof: '! test -s /home/rbuser/.ssh/authorized_keys',
  },
  {
    what: 'a mount',
    module: mount,
    args: { path: '/home/rb mount', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=1m' },
    before: 'printf "# mine\\n" >/etc/fstab',
    proof: 'mountpoint -q "/home/rb mount" && grep -qxF "tmpfs /home/rb\\040mount tmpfs size=1m 0 0" /etc/fstab',
  },
  {
    what: 'a mount that shall go',
    module: mount,
    args: { path: '/home/rb mount', state: 'absent' },
    before:
      'mkdir -p "/home/rb mount"; mount -t tmpfs tmpfs "/home/rb mount"; printf "%s\\n" "# mine" "tmpfs /home/rb\\040mount tmpfs defaults" >/etc/fstab',
    proof: '! test -e "/home/rb mount" && test "$(cat /etc/fstab)" = "# mine"',
  },
  {
    what: 'another option of a mount',
    module: mount,
    args: { path: '/home/rb mount', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=2m' },
    before:
      'mkdir -p "/home/rb mount"; mount -t tmpfs tmpfs "/home/rb mount"; printf "%s\\n" "tmpfs /home/rb\\040mount tmpfs size=1m 0 0" >/etc/fstab',
    proof: 'grep -q "rb.*mount tmpfs.*size=2048k" /proc/self/mounts',
  },
  {
    what: 'an entry of cron',
    module: cron,
    args: { name: 'a job', minute: 0, hour: '*/6', job: 'echo "it\'s"', cron_file: 'rb', user: 'root' },
    proof: 'test "$(cat /etc/cron.d/rb)" = "# runbook: a job\n0 */6 * * * root echo \\"it\'s\\""',
  },
  {
    what: 'another time for an entry of cron',
    module: cron,
    args: { name: 'a job', special_time: 'daily', job: 'true', cron_file: 'rb', user: 'root' },
    before:
      'mkdir -p /etc/cron.d; printf "#Ansible: a job\\n0 0 * * * root true\\n1 1 * * * root other\\n" >/etc/cron.d/rb',
    proof: 'test "$(cat /etc/cron.d/rb)" = "#Ansible: a job\n@daily root true\n1 1 * * * root other"',
  },
  {
    what: 'the last entry of a file of cron, which goes with it',
    module: cron,
    args: { name: 'a job', state: 'absent', cron_file: 'rb' },
    before: 'mkdir -p /etc/cron.d; printf "#Ansible: a job\\n0 0 * * * root true\\n" >/etc/cron.d/rb',
    proof: '! test -e /etc/cron.d/rb',
  },
  {
    what: 'an entry of cron whose line is lost, and the next one stays',
    module: cron,
    args: { name: 'a job', special_time: 'daily', job: 'true', cron_file: '/etc/cron.d/rb', user: 'root' },
    before: 'mkdir -p /etc/cron.d; printf "# runbook: a job\\n#Ansible: b\\n0 0 * * * root b\\n" >/etc/cron.d/rb',
    proof: 'test "$(cat /etc/cron.d/rb)" = "# runbook: a job\n@daily root true\n#Ansible: b\n0 0 * * * root b"',
  },
  {
    what: 'a variable of cron, behind another one',
    module: cron,
    args: { name: 'TZ', env: true, job: 'UTC', insertafter: 'PATH', cron_file: 'rb' },
    before: 'mkdir -p /etc/cron.d; printf "A=1\\nPATH=/bin\\n#Ansible: b\\n0 0 * * * root b\\n" >/etc/cron.d/rb',
    proof: 'test "$(sed -n 3p /etc/cron.d/rb)" = "TZ=\\"UTC\\""',
  },
  {
    what: 'another value of a variable of cron',
    module: cron,
    args: { name: 'PATH', env: true, job: '/usr/bin', cron_file: 'rb' },
    before: 'mkdir -p /etc/cron.d; printf "A=1\\nPATH=/bin\\n" >/etc/cron.d/rb',
    proof: 'test "$(cat /etc/cron.d/rb)" = "A=1\nPATH=\\"/usr/bin\\""',
  },
  {
    what: 'a variable of cron that shall go',
    module: cron,
    args: { name: 'PATH', env: true, state: 'absent', cron_file: 'rb' },
    before: 'mkdir -p /etc/cron.d; printf "A=1\\nPATH=/bin\\n" >/etc/cron.d/rb',
    proof: 'test "$(cat /etc/cron.d/rb)" = "A=1"',
  },
  {
    what: 'a repository of apt',
    module: aptRepository,
    args: { repo: 'deb  [signed-by=/x.asc] https://me@example.org/debian bookworm main', update_cache: false },
    proof:
      'grep -qx "deb \\[signed-by=/x.asc\\] https://me@example.org/debian bookworm main" /etc/apt/sources.list.d/example_org_debian_bookworm.list',
  },
  {
    what: 'a repository of yum beside another',
    module: yumRepository,
    args: { name: 'two', baseurl: ['https://b/'], gpgcheck: false, file: 'rb' },
    before:
      'mkdir -p /etc/yum.repos.d; printf "[one]\\nname=one\\n\\n[two]\\nname=old\\n\\n[three]\\nname=three\\n" >/etc/yum.repos.d/rb.repo',
    proof:
      'test "$(cat /etc/yum.repos.d/rb.repo)" = "[one]\nname=one\n\n[two]\nname=two\nbaseurl=https://b/\nenabled=1\ngpgcheck=0\n\n[three]\nname=three"',
  },
  {
    what: 'another time zone',
    module: timezone,
    args: { name: 'Europe/Berlin' },
    before: 'ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime; echo Etc/UTC >/etc/timezone',
    proof:
      'test "$(readlink /etc/localtime)" = /usr/share/zoneinfo/Europe/Berlin && test "$(cat /etc/timezone)" = Europe/Berlin',
  },
  {
    what: 'another time zone by a relative link, where the distribution keeps no name',
    module: timezone,
    args: { name: 'Europe/Berlin' },
    before: 'ln -sfn ../usr/share/zoneinfo/Etc/UTC /etc/localtime; rm -f /etc/timezone',
    proof: 'test "$(readlink /etc/localtime)" = ../usr/share/zoneinfo/Europe/Berlin && test ! -e /etc/timezone',
  },
  {
    what: 'a time zone in the place of a copy',
    module: timezone,
    args: { name: 'Etc/GMT+5' },
    before: 'rm -f /etc/localtime; cp /usr/share/zoneinfo/Etc/GMT+5 /etc/localtime; echo Etc/GMT+5 >/etc/timezone',
    proof: 'test "$(date +%z)" = -0500 && test -L /etc/localtime',
  },
  {
    what: 'a time zone where nothing tells one',
    module: timezone,
    args: { name: 'America/Argentina/Buenos_Aires' },
    before: 'rm -f /etc/localtime /etc/timezone',
    proof: 'test "$(date +%z)" = -0300 && test ! -e /etc/timezone',
  },
  {
    what: 'a time zone that the file alone does not name',
    module: timezone,
    args: { name: 'Etc/UTC' },
    before: 'ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime; echo Europe/Paris >/etc/timezone',
    proof: 'test "$(cat /etc/timezone)" = Etc/UTC',
  },
  {
    what: 'a time zone that is set, beside a comment',
    module: timezone,
    args: { name: 'Etc/UTC' },
    before: 'ln -sfn /usr/share//zoneinfo/Etc/UTC /etc/localtime; printf "# mine\\nEtc/UTC\\n" >/etc/timezone',
  },
  { what: 'a host without SELinux', module: selinux, args: { state: 'permissive' } },
  {
    what: 'SELinux at the next boot',
    module: selinux,
    args: { state: 'permissive' },
    before: 'mkdir -p /etc/selinux; printf "# mode\\nSELINUX=enforcing\\nSELINUXTYPE=targeted\\n" >/etc/selinux/config',
    proof: 'test "$(cat /etc/selinux/config)" = "# mode\nSELINUX=permissive\nSELINUXTYPE=targeted"',
  },
  {
    what: 'a service without systemd',
    module: service,
    args: { name: 'rbservice', state: 'started' },
    facts: { init: 'other' },
    before:
      'printf "#!/bin/sh\\ncase \\$1 in start) touch /home/up ;; status) test -e /home/up ;; esac\\n" >/etc/init.d/rbservice; chmod 755 /etc/init.d/rbservice',
    proof: 'test -e /home/up',
  },
];

const RESET = `userdel -r rbuser; groupdel rbuser; groupdel rbgroup; groupdel rbmore; rm -rf /home/rbuser /home/elsewhere; hostname before; echo before >/etc/hostname
while umount /proc/sys/kernel 2>/dev/null; do :; done
echo 0 >/proc/sys/net/ipv4/ip_forward; rm -f /etc/sysctl.d/99-runbook.conf /etc/sysctl.d/90-x.conf; : >/etc/fstab
umount "/home/rb mount"; rmdir "/home/rb mount"; rm -rf /etc/cron.d/rb /etc/selinux /etc/init.d/rbservice /home/up /etc/apt/sources.list.d/example* /etc/yum.repos.d`;

/** bash shows nothing more than dash and busybox do. Debian's busyboxes have no tools for accounts. */
const SURROUNDINGS: readonly (readonly [string, readonly string[], readonly Case[]])[] = [
  ...SHELLS.filter(([name]) => name !== 'bash').map(([name, shell]) => [name, shell, CASES] as const),
  ...BUSYBOXES.map(
    ({ name, only }) =>
      [
        `nothing but ${name}`,
        ['env', `PATH=${only}`, `${only}/sh`],
        CASES.filter((one) => one.module !== user && one.module !== group),
      ] as const,
  ),
];

describe.skipIf(SystemHost.missing !== undefined).each(SURROUNDINGS)('on a host, under %s', (_name, shell, cases) => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
  });
  afterAll(() => host.stop());

  test.each(cases)('$what: applied, as predicted, then in sync', async ({ module, args, before, proof, facts }) => {
    expect(host.run(`{ ${RESET}\n} >/dev/null 2>&1\n${before ?? ':'}`).status).toBe(0);
    const first = await host.apply(module, args, facts, shell);
    expect(first.failure).toBeUndefined();
    expect(first.outcome.kind).toBe(proof === undefined ? 'in_sync' : 'change');
    if (proof !== undefined) expect(host.run(proof).status).toBe(0);
    expect(host.plan(module, args, facts, shell).kind).toBe('in_sync');
  });
});
