/** Facts of a host, from its greeting. They are plain data: playbooks see them as `facts`. */
export interface Facts {
  readonly hostname: string;
  /** From /etc/hosts of the host; the plain hostname if that file has no domain for it. Name servers are not asked. */
  readonly fqdn: string;
  readonly os: OperatingSystem;
  /** The name that the kernel uses: x86_64, aarch64. */
  readonly architecture: string;
  /** 64 or 32: the programs of the host, which may have fewer bits than its kernel; 0 if that is not known. */
  readonly userspace_bits: number;
  readonly kernel: string;
  readonly init: 'systemd' | 'openrc' | 'other';
  readonly package_manager: 'apt' | 'dnf' | 'yum' | 'apk' | 'zypper' | 'none';
  /** Address of the interface with the default route; null if there is none. */
  readonly default_ipv4: { readonly address: string; readonly interface: string } | null;
  /** All addresses except loopback. */
  readonly all_ipv4: readonly string[];
  readonly all_ipv6: readonly string[];
  readonly interfaces: {
    readonly [name: string]: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
  };
  /** The login user. */
  readonly user: string;
  readonly home: string;
  readonly uid: number;
  /** From /etc/machine-id; empty if there is no such file. */
  readonly machine_id: string;
  readonly memory_mb: number;
  readonly processors: number;
  /** `none` if nothing indicates virtualization, else `container:…` or `vm:…`. */
  readonly virtualization: string;
  /** The host's clock when it answered, in seconds since 1970. */
  readonly time: number;
  readonly selinux: 'enforcing' | 'permissive' | 'disabled';
}

export interface OperatingSystem {
  readonly family: 'debian' | 'redhat' | 'alpine' | 'suse' | 'unknown';
  /** The ID of os-release: debian, ubuntu, rocky. */
  readonly distribution: string;
  /** VERSION_ID: 12, 24.04; empty on rolling releases. */
  readonly version: string;
  readonly codename: string;
}

const PACKAGE_MANAGERS = { 'apt-get': 'apt', dnf: 'dnf', yum: 'yum', apk: 'apk', zypper: 'zypper' } as const;

/**
 * Decodes the output of GREETING. Missing parts become empty, zero or `unknown`, because some hosts do not have them.
 */
export function decodeFacts(output: string): Facts {
  const { files, sections } = split(output);
  const hostname = files('/proc/sys/kernel/hostname')[0] ?? '';
  const interfaces = decodeInterfaces(sections('addresses'));
  const plain = sections('plain-addresses')
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '');
  const all = Object.entries(interfaces)
    .filter(([name]) => name !== 'lo')
    .map(([, addresses]) => addresses);
  const allIpv4 = [
    ...all.flatMap((one) => one.ipv4),
    ...plain.filter((address) => !address.includes(':') && !address.startsWith('127.')),
  ];
  const allIpv6 = [
    ...all.flatMap((one) => one.ipv6),
    ...plain.filter((address) => address.includes(':') && address !== '::1'),
  ];
  const manager = sections('package-manager')[0] ?? '';
  return {
    hostname,
    fqdn: fullyQualified(hostname, files('/etc/hosts')),
    os: decodeOs(files('/etc/os-release')),
    architecture: sections('architecture')[0] ?? '',
    userspace_bits: bitsOf(Number(sections('digits')[0] ?? 0)),
    kernel: files('/proc/sys/kernel/osrelease')[0] ?? '',
    init: decodeInit(sections('init')[0]),
    package_manager: isPackageManager(manager) ? PACKAGE_MANAGERS[manager] : 'none',
    default_ipv4: defaultIpv4(files('/proc/net/route'), interfaces),
    all_ipv4: allIpv4,
    all_ipv6: allIpv6,
    interfaces,
    user: sections('user')[0] ?? '',
    home: sections('home')[0] ?? '',
    uid: numberAfter('Uid:', files('/proc/self/status')),
    machine_id: files('/etc/machine-id')[0] ?? '',
    memory_mb: Math.floor(Number(sections('memory')[0] ?? 0) / 1024),
    processors: Number(sections('processors')[0] ?? 0),
    virtualization: decodeVirtualization(files, sections('container')),
    time: Number(sections('time')[0] ?? 0),
    selinux: decodeSelinux(files('/sys/fs/selinux/enforce')[0]),
  };
}

type Lines = (name: string) => readonly string[];

function split(output: string): { files: Lines; sections: Lines } {
  const files = new Map<string, string[]>();
  const sections = new Map<string, string[]>();
  let section: string[] | undefined;
  for (const line of output.split('\n')) {
    if (line.startsWith('@')) {
      section = [];
      sections.set(line.slice(1), section);
    } else if (section !== undefined) {
      section.push(line);
    } else {
      const colon = line.indexOf(':');
      const path = line.slice(0, colon);
      const known = files.get(path);
      if (known === undefined) files.set(path, [line.slice(colon + 1)]);
      else known.push(line.slice(colon + 1));
    }
  }
  return { files: (path) => files.get(path) ?? [], sections: (name) => sections.get(name) ?? [] };
}

function decodeOs(lines: readonly string[]): OperatingSystem {
  const values = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2'));
  }
  const distribution = values.get('ID') ?? 'unknown';
  const kin = [distribution, ...(values.get('ID_LIKE') ?? '').split(' ')];
  return {
    family: osFamily(kin),
    distribution,
    version: values.get('VERSION_ID') ?? '',
    codename: values.get('VERSION_CODENAME') ?? '',
  };
}

function osFamily(kin: readonly string[]): OperatingSystem['family'] {
  if (kin.includes('debian') || kin.includes('ubuntu')) return 'debian';
  if (kin.some((id) => id === 'rhel' || id === 'fedora' || id === 'centos')) return 'redhat';
  if (kin.includes('alpine')) return 'alpine';
  if (kin.some((id) => id === 'suse' || id.startsWith('opensuse') || id === 'sles')) return 'suse';
  return 'unknown';
}

type MutableAddresses = { ipv4: string[]; ipv6: string[] };

/** Decodes lines of `ip -o addr`: `2: eth0    inet 10.0.0.5/24 brd …`. */
function decodeInterfaces(lines: readonly string[]): Record<string, MutableAddresses> {
  const interfaces = new Map<string, MutableAddresses>();
  for (const line of lines) {
    const [, name, family, address] = /^\d+:\s+(\S+)\s+(inet6?)\s+([^\s/]+)/.exec(line) ?? [];
    if (name === undefined || address === undefined) continue;
    const addresses = interfaces.get(name) ?? { ipv4: [], ipv6: [] };
    interfaces.set(name, addresses);
    (family === 'inet' ? addresses.ipv4 : addresses.ipv6).push(address);
  }
  // Creates own properties for all names, including `__proto__`.
  return Object.fromEntries(interfaces);
}

/**
 * Decodes /proc/net/route: interface, destination, gateway, flags, two counters, metric. Destination 0 is the default
 * route.
 */
function defaultIpv4(routes: readonly string[], interfaces: Record<string, MutableAddresses>): Facts['default_ipv4'] {
  const [best] = routes
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .toSorted((one, other) => Number(one[6]) - Number(other[6]));
  const name = best?.[0];
  if (name === undefined || !Object.hasOwn(interfaces, name)) return null;
  const address = interfaces[name]?.ipv4[0];
  return address === undefined ? null : { address, interface: name };
}

function fullyQualified(hostname: string, hosts: readonly string[]): string {
  if (hostname.includes('.')) return hostname;
  for (const line of hosts) {
    const names = line.replace(/#.*/, '').trim().split(/\s+/).slice(1);
    if (!names.includes(hostname)) continue;
    const full = names.find((name) => name.startsWith(`${hostname}.`));
    if (full !== undefined) return full;
  }
  return hostname;
}

function numberAfter(label: string, lines: readonly string[]): number {
  const line = lines.find((one) => one.startsWith(label));
  return line === undefined ? 0 : Number.parseInt(line.slice(label.length).trim(), 10);
}

/** An address of a process with 32 bits has at most eight digits. */
function bitsOf(digits: number): number {
  if (digits > 8) return 64;
  return digits > 0 ? 32 : 0;
}

function decodeInit(text: string | undefined): Facts['init'] {
  return text === 'systemd' || text === 'openrc' ? text : 'other';
}

function isPackageManager(name: string): name is keyof typeof PACKAGE_MANAGERS {
  return Object.hasOwn(PACKAGE_MANAGERS, name);
}

function decodeSelinux(enforce: string | undefined): Facts['selinux'] {
  if (enforce === undefined) return 'disabled';
  return enforce.trim() === '1' ? 'enforcing' : 'permissive';
}

function decodeVirtualization(files: Lines, marks: readonly string[]): string {
  const container =
    files('/run/systemd/container')[0] ?? files('/run/host/container-manager')[0] ?? marks.find((mark) => mark !== '');
  if (container !== undefined) return `container:${container}`;
  const hardware = `${files('/sys/class/dmi/id/sys_vendor')[0] ?? ''} ${files('/sys/class/dmi/id/product_name')[0] ?? ''}`;
  const machine = VIRTUAL_MACHINES.find(([pattern]) => pattern.test(hardware));
  return machine === undefined ? 'none' : `vm:${machine[1]}`;
}

const VIRTUAL_MACHINES: readonly (readonly [RegExp, string])[] = [
  [/QEMU|KVM|OpenStack|Amazon EC2|Google/i, 'kvm'],
  [/VMware/i, 'vmware'],
  [/VirtualBox|innotek/i, 'virtualbox'],
  [/^(?=[^]*Microsoft)[^]*Virtual/i, 'hyperv'],
  [/Xen/i, 'xen'],
  [/Parallels/i, 'parallels'],
];
