import { expect, test } from 'vitest';
import { AnsibleFacts, factsAsAnsible } from '../../../engine/run/host/ansible-facts.ts';
import { Unknown } from '../../../engine/values/base/value.ts';
import { FACTS } from '../../modules/try-module.ts';

/**
 * The values of ansible-core 2.19.14 on the same system; families and names of other systems are from its
 * documentation.
 */
const SYSTEMS: readonly (readonly [os: typeof FACTS.os, ansible: readonly [string, string, string, string, string]])[] =
  [
    [
      { family: 'debian', distribution: 'debian', version: '12', codename: 'bookworm' },
      ['Debian', 'Debian', '12', '12', 'bookworm'],
    ],
    [
      { family: 'debian', distribution: 'ubuntu', version: '24.04', codename: 'noble' },
      ['Debian', 'Ubuntu', '24.04', '24', 'noble'],
    ],
    [{ family: 'redhat', distribution: 'rhel', version: '9.4', codename: '' }, ['RedHat', 'RedHat', '9.4', '9', 'NA']],
    [{ family: 'redhat', distribution: 'rocky', version: '9.4', codename: '' }, ['RedHat', 'Rocky', '9.4', '9', 'NA']],
    [
      { family: 'redhat', distribution: 'amzn', version: '2023', codename: '' },
      ['RedHat', 'Amazon', '2023', '2023', 'NA'],
    ],
    [
      { family: 'redhat', distribution: 'ol', version: '8.9', codename: '' },
      ['RedHat', 'OracleLinux', '8.9', '8', 'NA'],
    ],
    [
      { family: 'alpine', distribution: 'alpine', version: '3.20.1', codename: '' },
      ['Alpine', 'Alpine', '3.20.1', '3', 'NA'],
    ],
    [
      { family: 'suse', distribution: 'opensuse-leap', version: '15.6', codename: '' },
      ['Suse', 'openSUSE Leap', '15.6', '15', 'NA'],
    ],
    [{ family: 'unknown', distribution: 'arch', version: '', codename: '' }, ['Archlinux', 'Archlinux', '', '', 'NA']],
    [{ family: 'unknown', distribution: 'void', version: '', codename: '' }, ['Void', 'Void', '', '', 'NA']],
  ];

test.each(SYSTEMS)('the system %j is named as in Ansible', (os, ansible) => {
  const facts = factsAsAnsible({ ...FACTS, os });
  const names = [
    'os_family',
    'distribution',
    'distribution_version',
    'distribution_major_version',
    'distribution_release',
  ];
  expect(names.map((name) => facts.get(name))).toEqual(ansible);
});

test.each<readonly [object, object]>([
  [
    { hostname: 'web1', fqdn: 'web1.example.org' },
    { hostname: 'web1', nodename: 'web1', domain: 'example.org' },
  ],
  [
    { hostname: 'web1.example.org', fqdn: 'web1.example.org' },
    { hostname: 'web1', nodename: 'web1.example.org' },
  ],
  [
    { hostname: 'web1', fqdn: 'web1' },
    { fqdn: 'web1', domain: '' },
  ],
  [{ init: 'systemd' }, { service_mgr: 'systemd', system: 'Linux' }],
  [{ init: 'other' }, { service_mgr: 'service' }],
  [{ package_manager: 'none' }, { pkg_mgr: 'unknown' }],
  [{ virtualization: 'none' }, { virtualization_type: 'NA', virtualization_role: 'NA' }],
  [{ virtualization: 'container:docker' }, { virtualization_type: 'docker', virtualization_role: 'guest' }],
  [{ virtualization: 'vm:vmware' }, { virtualization_type: 'VMware', virtualization_role: 'guest' }],
  [
    { userspace_bits: 32, machine_id: '0123' },
    { userspace_bits: '32', machine_id: '0123' },
  ],
  [{ selinux: 'disabled' }, { selinux: { status: 'disabled' } }],
  [{ selinux: 'permissive' }, { selinux: { status: 'enabled', mode: 'permissive' } }],
  [{ default_ipv4: null }, { default_ipv4: {} }],
  [
    { interfaces: { 'br-lan': { ipv4: ['10.0.0.1', '10.0.0.2'], ipv6: ['fd00::1'] } } },
    {
      interfaces: ['br-lan'],
      br_lan: { device: 'br-lan', ipv4: { address: '10.0.0.1' }, ipv6: [{ address: 'fd00::1' }] },
    },
  ],
  [
    { time: 1_795_979_614 },
    { date_time: { epoch: '1795979614', epoch_int: '1795979614', iso8601: '2026-11-29T19:13:34Z' } },
  ],
  [
    { user: 'ada', home: '/home/ada' },
    { user_id: 'ada', env: { HOME: '/home/ada', USER: 'ada', LOGNAME: 'ada' } },
  ],
])('%j is %j in Ansible', (own, ansible) => {
  expect(Object.fromEntries(factsAsAnsible({ ...FACTS, ...own }))).toMatchObject(ansible);
});

test('before the connection a fact is unknown, and another name does not exist', () => {
  const facts = new AnsibleFacts(undefined);
  for (const name of ['ansible_facts', 'ansible_os_family', 'ansible_eth0'])
    expect(facts.get(name)).toBeInstanceOf(Unknown);
  for (const name of ['ansible_port', 'os_family', 'ansible_host']) expect(facts.get(name)).toBeUndefined();
  expect([...facts.keys()]).toEqual([]);
});

test('each fact is a variable of its own, and a member of ansible_facts', () => {
  const facts = new AnsibleFacts(FACTS);
  const all = facts.get('ansible_facts');
  for (const name of facts.keys())
    if (name !== 'ansible_facts') expect(all).toHaveProperty(name.slice('ansible_'.length), facts.get(name));
});
