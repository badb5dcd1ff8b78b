/** Names of distributions in Ansible, by the ID of os-release; from its documentation and its map of families. */
export const DISTRIBUTION_NAMES: ReadonlyMap<string, string> = new Map([
  ['debian', 'Debian'],
  ['raspbian', 'Debian'],
  ['ubuntu', 'Ubuntu'],
  ['linuxmint', 'Linux Mint'],
  ['kali', 'Kali'],
  ['pop', 'Pop!_OS'],
  ['devuan', 'Devuan'],
  ['deepin', 'Deepin'],
  ['parrot', 'Parrot'],
  ['neon', 'KDE neon'],
  ['rhel', 'RedHat'],
  ['centos', 'CentOS'],
  ['fedora', 'Fedora'],
  ['rocky', 'Rocky'],
  ['almalinux', 'AlmaLinux'],
  ['ol', 'OracleLinux'],
  ['amzn', 'Amazon'],
  ['scientific', 'Scientific'],
  ['cloudlinux', 'CloudLinux'],
  ['virtuozzo', 'Virtuozzo'],
  ['openEuler', 'openEuler'],
  ['eurolinux', 'EuroLinux'],
  ['alpine', 'Alpine'],
  ['sles', 'SLES'],
  ['sled', 'SLED'],
  ['sles_sap', 'SLES_SAP'],
  ['opensuse', 'openSUSE'],
  ['opensuse-leap', 'openSUSE Leap'],
  ['opensuse-tumbleweed', 'openSUSE Tumbleweed'],
  ['opensuse-microos', 'openSUSE MicroOS'],
  ['arch', 'Archlinux'],
  ['manjaro', 'Manjaro'],
  ['gentoo', 'Gentoo'],
]);

/** Names of families in Ansible, by the family here. */
export const FAMILY_NAMES: ReadonlyMap<string, string> = new Map([
  ['debian', 'Debian'],
  ['redhat', 'RedHat'],
  ['alpine', 'Alpine'],
  ['suse', 'Suse'],
]);

/** Names of families that are families only in Ansible, by the name of the distribution there. */
const OTHER_FAMILIES: ReadonlyMap<string, string> = new Map([['Manjaro', 'Archlinux']]);

/** Returns the name of a distribution in Ansible. An unknown one is named by its ID with a capital letter. */
export function distributionName(id: string): string {
  return DISTRIBUTION_NAMES.get(id) ?? `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;
}

/** Returns the name of a family in Ansible. A distribution of no family is its own. */
export function familyName(family: string, id: string): string {
  const distribution = distributionName(id);
  return FAMILY_NAMES.get(family) ?? OTHER_FAMILIES.get(distribution) ?? distribution;
}
