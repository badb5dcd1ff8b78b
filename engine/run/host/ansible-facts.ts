import type { Facts } from '../../connection/shell/facts.ts';
import { type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import { distributionName, familyName } from '../../values/habits/distribution-names.ts';

/** Prefix of a fact that is a variable of its own. */
const PREFIX = 'ansible_';

/**
 * The facts under the names of Ansible, with its values: `ansible_facts`, and each of its members with the prefix
 * `ansible_`. All of them are computed when the first one is used. Before the connection they are unknown.
 */
export class AnsibleFacts extends Map<string, Value> {
  readonly #facts: Facts | undefined;
  readonly #more: ReadonlyMap<string, Value>;
  #members: ReadonlyMap<string, Value> | undefined;

  /** `more` are variables that tasks have set; those of modules that look up facts are facts as well. */
  constructor(facts: Facts | undefined, more: ReadonlyMap<string, Value> = new Map()) {
    super();
    this.#facts = facts;
    this.#more = more;
  }

  override get(name: string): Value | undefined {
    if (!name.startsWith(PREFIX)) return undefined;
    if (this.#facts === undefined) return name === 'ansible_facts' || mayBeFact(name) ? notYet() : undefined;
    this.#members ??= factsAsAnsible(this.#facts);
    if (name !== 'ansible_facts') return this.#members.get(name.slice(PREFIX.length));
    const looked = [...this.#more].filter(([one]) => LOOKED_UP.test(one));
    return Object.fromEntries([...this.#members, ...looked]);
  }

  override *keys(): MapIterator<string> {
    if (this.#facts === undefined) return;
    yield 'ansible_facts';
    this.#members ??= factsAsAnsible(this.#facts);
    for (const name of this.#members.keys()) yield `${PREFIX}${name}`;
  }
}

/** What package_facts, service_facts, getent and setup set. */
const LOOKED_UP = /^(?:packages|services|ansible_local|getent_[a-z0-9_]+)$/;

function notYet(): Unknown {
  return new Unknown('facts, which come with the connection');
}

const VIRTUALIZATION: ReadonlyMap<string, string> = new Map([
  ['vmware', 'VMware'],
  ['hyperv', 'VirtualPC'],
]);

/** The names that every host has. Each host also has the names of its interfaces. */
const ANSIBLE_FACT_NAMES: ReadonlySet<string> = new Set([
  'all_ipv4_addresses',
  'all_ipv6_addresses',
  'architecture',
  'date_time',
  'default_ipv4',
  'distribution',
  'distribution_major_version',
  'distribution_release',
  'distribution_version',
  'domain',
  'env',
  'fqdn',
  'hostname',
  'interfaces',
  'kernel',
  'lsb',
  'machine',
  'machine_id',
  'memtotal_mb',
  'nodename',
  'os_family',
  'pkg_mgr',
  'processor_nproc',
  'processor_vcpus',
  'selinux',
  'service_mgr',
  'system',
  'user_dir',
  'user_id',
  'user_uid',
  'userspace_architecture',
  'userspace_bits',
  'virtualization_role',
  'virtualization_type',
]);

/** The variables of these facts. */
export const ANSIBLE_FACT_VARIABLES: readonly string[] = [
  'ansible_facts',
  ...[...ANSIBLE_FACT_NAMES].map((name) => `${PREFIX}${name}`),
];

/** Names of interfaces begin like this. */
const INTERFACE = /^(?:eth|ens|eno|enp|enx|bond|br|wlan|lo|vlan|tun|wg|veth|docker)\w*$/;

function mayBeFact(name: string): boolean {
  const own = name.slice(PREFIX.length);
  return ANSIBLE_FACT_NAMES.has(own) || INTERFACE.test(own);
}

/** Returns the facts by their names in Ansible, without prefix. */
export function factsAsAnsible(facts: Facts): ReadonlyMap<string, Value> {
  const members: ValueMap = {
    ...namesOf(facts),
    ...systemOf(facts),
    ...networkOf(facts),
    user_id: facts.user,
    user_dir: facts.home,
    user_uid: facts.uid,
    env: { HOME: facts.home, USER: facts.user, LOGNAME: facts.user },
    machine_id: facts.machine_id,
    userspace_bits: String(facts.userspace_bits),
    memtotal_mb: facts.memory_mb,
    processor_vcpus: facts.processors,
    processor_nproc: facts.processors,
    date_time: timeOf(facts.time),
  };
  return new Map(Object.entries(members));
}

function namesOf({ hostname, fqdn }: Facts): ValueMap {
  const [short = hostname] = hostname.split('.');
  return {
    hostname: short,
    nodename: hostname,
    fqdn,
    domain: fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.') + 1) : '',
  };
}

function systemOf({ os, architecture, kernel, init, package_manager, virtualization, selinux }: Facts): ValueMap {
  const name = distributionName(os.distribution);
  const [major = ''] = os.version.split('.');
  const codename = os.codename === '' ? 'NA' : os.codename;
  const [kind = '', product = ''] = virtualization.split(':');
  return {
    system: 'Linux',
    os_family: familyName(os.family, os.distribution),
    distribution: name,
    distribution_version: os.version,
    distribution_major_version: major,
    distribution_release: codename,
    lsb: { id: name, release: os.version, major_release: major, codename },
    architecture,
    machine: architecture,
    userspace_architecture: architecture,
    kernel,
    service_mgr: init === 'other' ? 'service' : init,
    pkg_mgr: package_manager === 'none' ? 'unknown' : package_manager,
    virtualization_type: kind === 'none' ? 'NA' : (VIRTUALIZATION.get(product) ?? product),
    virtualization_role: kind === 'none' ? 'NA' : 'guest',
    selinux: selinux === 'disabled' ? { status: 'disabled' } : { status: 'enabled', mode: selinux },
  };
}

function networkOf({ default_ipv4: route, all_ipv4, all_ipv6, interfaces }: Facts): ValueMap {
  const devices = Object.entries(interfaces).map(([device, { ipv4, ipv6 }]): [string, ValueMap] => {
    const [address] = ipv4;
    return [
      device.replaceAll(/[-:]/g, '_'),
      {
        device,
        ...(address === undefined ? {} : { ipv4: { address } }),
        ipv6: ipv6.map((one) => ({ address: one })),
      },
    ];
  });
  return {
    ...Object.fromEntries(devices),
    default_ipv4: route === null ? {} : { address: route.address, interface: route.interface },
    all_ipv4_addresses: [...all_ipv4],
    all_ipv6_addresses: [...all_ipv6],
    interfaces: Object.keys(interfaces),
  };
}

function timeOf(seconds: number): ValueMap {
  const iso = new Date(seconds * 1000).toISOString().replace(/\.\d+/, '');
  return { epoch: String(seconds), epoch_int: String(seconds), iso8601: iso };
}
