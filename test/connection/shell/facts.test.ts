import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFacts } from '../../../engine/connection/shell/facts.ts';

const ROCKY = `/etc/os-release:NAME="Rocky Linux"
/etc/os-release:VERSION_ID="9.4"
/etc/os-release:ID="rocky"
/etc/os-release:ID_LIKE="rhel centos fedora"
/etc/hosts:127.0.0.1 localhost localhost.localdomain
/etc/hosts:10.0.0.5 db1.example.org db1 # the database
/etc/machine-id:0123456789abcdef0123456789abcdef
/proc/net/route:Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
/proc/net/route:eth1\t00000000\t0100000A\t0003\t0\t0\t200\t00000000\t0\t0\t0
/proc/net/route:eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
/proc/sys/kernel/hostname:db1
/proc/sys/kernel/osrelease:5.14.0-427.el9.x86_64
/proc/self/status:Uid:\t1000\t1000\t1000\t1000
/sys/fs/selinux/enforce:1
/sys/class/dmi/id/product_name:KVM
@addresses
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever
2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever
3: eth1    inet 10.1.0.5/24 scope global eth1
@architecture
x86_64
@digits
16
@memory
8009596
@user
admin
@home
/home/admin
@init
systemd
@package-manager
dnf
@processors
4
@container

@time
1795270631
`;

describe('decodeFacts', () => {
  test('reads a whole greeting', () => {
    expect(decodeFacts(ROCKY)).toEqual({
      hostname: 'db1',
      fqdn: 'db1.example.org',
      os: { family: 'redhat', distribution: 'rocky', version: '9.4', codename: '' },
      architecture: 'x86_64',
      userspace_bits: 64,
      kernel: '5.14.0-427.el9.x86_64',
      init: 'systemd',
      package_manager: 'dnf',
      default_ipv4: { address: '10.0.0.5', interface: 'eth0' },
      all_ipv4: ['10.0.0.5', '10.1.0.5'],
      all_ipv6: ['fe80::1'],
      interfaces: {
        lo: { ipv4: ['127.0.0.1'], ipv6: [] },
        eth0: { ipv4: ['10.0.0.5'], ipv6: ['fe80::1'] },
        eth1: { ipv4: ['10.1.0.5'], ipv6: [] },
      },
      user: 'admin',
      home: '/home/admin',
      uid: 1000,
      machine_id: '0123456789abcdef0123456789abcdef',
      memory_mb: 7821,
      processors: 4,
      virtualization: 'vm:kvm',
      time: 1795270631,
      selinux: 'enforcing',
    });
  });

  test.each([
    ['ID=ubuntu', 'debian'],
    ['ID=linuxmint\n/etc/os-release:ID_LIKE="ubuntu debian"', 'debian'],
    ['ID=fedora', 'redhat'],
    ['ID=alpine', 'alpine'],
    ['ID="opensuse-leap"', 'suse'],
    ['ID=arch', 'unknown'],
  ])('%j is of the family %s', (line, family) => {
    expect(decodeFacts(`/etc/os-release:${line}\n`).os.family).toBe(family);
  });

  test('takes addresses from hostname -I where there is no ip', () => {
    const facts = decodeFacts('@addresses\n@plain-addresses\n10.0.0.7 172.17.0.1 fd00::7 \n');
    expect([facts.all_ipv4, facts.all_ipv6, facts.default_ipv4]).toEqual([
      ['10.0.0.7', '172.17.0.1'],
      ['fd00::7'],
      null,
    ]);
  });

  test('takes any answer', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(...ROCKY.split('\n')));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        decodeFacts(lines.join('\n'));
      }),
    );
  });
});

test.each([
  ['16', 64],
  ['12', 64],
  ['8', 32],
  ['0', 0],
  ['', 0],
  ['?', 0],
])('an address of %j digits: programs have %i bits', (digits, bits) => {
  expect(decodeFacts(`@digits\n${digits}\n`).userspace_bits).toBe(bits);
});
