import { OWN_MODULES } from './ansible-modules.ts';

/** A name of Ansible for a module, or a kind of include, that has another name here. */
export interface OtherName {
  readonly name: string;
  readonly here: string;
  /** Arguments whose default differs in Ansible's module. Without them, the task would do something else here. */
  readonly presets?: Readonly<Record<string, boolean>>;
}

/** The only table of these names: the loader, lint, convert, the schema and the docs read it. */
export const OTHER_NAMES: readonly OtherName[] = [
  { name: 'apt', here: 'package' },
  { name: 'yum', here: 'package' },
  { name: 'dnf', here: 'package' },
  { name: 'dnf5', here: 'package' },
  { name: 'zypper', here: 'package' },
  { name: 'apk', here: 'package' },
  { name: 'systemd_service', here: 'systemd' },
  { name: 'sysvinit', here: 'service' },
  // Ansible's module loads a module until the next boot only.
  { name: 'modprobe', here: 'kernel_module', presets: { persistent: false } },
  { name: 'k8s', here: 'kubernetes' },
  { name: 'raw', here: 'shell' },
  { name: 'gather_facts', here: 'setup' },
  { name: 'include', here: 'include_tasks' },
];

const BY_NAME: ReadonlyMap<string, OtherName> = new Map(OTHER_NAMES.map((one) => [one.name, one]));

/** Collections whose modules may be here under their short names. */
const COLLECTION =
  /^(?<collection>ansible\.(?:builtin|legacy|posix|mysql)|community\.(?:general|crypto|postgresql|mysql|docker)|kubernetes\.core)\.(?<name>\w+)$/;

const OF_DOCKER = [
  'docker_container',
  'docker_image',
  'docker_image_build',
  'docker_image_pull',
  'docker_network',
  'docker_volume',
];
const OF_POSTGRESQL = ['postgresql_db', 'postgresql_ext', 'postgresql_privs', 'postgresql_user'];
const OF_MYSQL = ['mysql_db', 'mysql_user'];

/** The modules of further collections that are here. All others of that name are unknown, as in Ansible. */
const MEMBERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['ansible.posix', new Set(['authorized_key', 'firewalld', 'mount', 'seboolean', 'selinux', 'sysctl'])],
  [
    'community.general',
    new Set([
      'alternatives',
      'apk',
      'capabilities',
      'dpkg_divert',
      'filesystem',
      'htpasswd',
      'ini_file',
      'locale_gen',
      'lvg',
      'lvol',
      'modprobe',
      'npm',
      'sefcontext',
      'timezone',
      'ufw',
      'zypper',
      ...OF_POSTGRESQL,
      ...OF_MYSQL,
      ...OF_DOCKER,
    ]),
  ],
  ['community.crypto', new Set(['openssh_keypair'])],
  ['community.docker', new Set(OF_DOCKER)],
  ['community.postgresql', new Set(OF_POSTGRESQL)],
  ['community.mysql', new Set(OF_MYSQL)],
  ['ansible.mysql', new Set(OF_MYSQL)],
  ['kubernetes.core', new Set(['k8s'])],
]);

/** Removes the collection from the name of a module; returns other names unchanged. */
export function withoutCollection(name: string): string {
  const short = COLLECTION.exec(name)?.groups?.['name'];
  return short === undefined || OWN_MODULES.has(short) ? name : short;
}

/** Returns the short name of a module that its collection has; any other name unchanged. */
function memberName(name: string): string {
  const { collection = '', name: short = '' } = COLLECTION.exec(name)?.groups ?? {};
  return MEMBERS.get(collection)?.has(short) === false ? name : withoutCollection(name);
}

/** Returns what is known of a name of Ansible, with or without its collection; undefined if it is the same here. */
export function otherName(name: string): OtherName | undefined {
  return BY_NAME.get(memberName(name));
}

/** Returns the name here of a module or keyword, given its name in Ansible. A name that is not known stays. */
export function nameHere(name: string): string {
  const short = memberName(name);
  return BY_NAME.get(short)?.here ?? short;
}
