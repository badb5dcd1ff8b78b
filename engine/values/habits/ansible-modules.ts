import { type ForeignArgument, idleAs } from './foreign-argument.ts';

/** A name that Ansible has and this language does not have, with the replacement. */
export interface AnsibleDifference {
  readonly name: string;
  readonly where: 'play' | 'task' | 'loop_control' | 'module' | 'meta' | 'role';
  /** A sentence, shown as the remedy. */
  readonly instead: string;
}

function row(name: string, instead: string): AnsibleDifference {
  return { name, where: 'module', instead };
}

const CHECK =
  'Write check: with a command that succeeds if the host needs no change, and apply: with the command that makes the change';

/** Modules of Ansible and its collections that do not exist here. */
export const ANSIBLE_MODULES: readonly AnsibleDifference[] = [
  row('ping', 'Leave it out; `runbook ping PATTERN` shows whether hosts can be reached.'),
  row(
    'apt_key',
    'Download the key by get_url into /etc/apt/keyrings, and name its file in apt_repository: signed-by, or in deb822_repository: signed_by.',
  ),
  row('rpm_key', 'Write gpgkey in yum_repository.'),
  row('blockdev', `${CHECK}. For example, use blkid to check and mkfs to apply.`),
  row('parted', `${CHECK}. For example, use sfdisk in both.`),
  row(
    'async_status',
    'Leave it out, with poll: 0 at the task that it asks about; runbook waits until the task ends, at most for the seconds in async: or timeout:.',
  ),
  row(
    'selinux_permissive',
    `${CHECK}. For example, check: semanage permissive --list | grep --word-regexp DOMAIN, apply: semanage permissive --add DOMAIN.`,
  ),
  row('pam_limits', 'Write copy: {content: …, dest: /etc/security/limits.d/NAME.conf}, or lineinfile.'),
  row(
    'nftables',
    'Write template: {src: nftables.conf, dest: /etc/nftables.conf, validate: nft --check --file %s}, and notify a handler with service: {name: nftables, state: reloaded}.',
  ),
  row('seport', `${CHECK}. Use semanage port in both.`),
  row('pamd', 'Write replace or lineinfile with the line of the file.'),
  row('openssl_privatekey', 'Write certificate, which makes the key too, or key_pair for a key alone.'),
  row('openssl_csr', 'Write certificate: it needs no request file.'),
  row('x509_certificate', 'Write certificate.'),
  row('x509_certificate_info', 'Write certificate_info: with paths, and register the result.'),
  row('openssl_certificate', 'Write certificate.'),
  row('openssl_dhparam', `${CHECK}. For example, apply: openssl dhparam -out ….`),
  row('xml', 'Write template for the whole file, or replace.'),
  row('subversion', `${CHECK}. Use svn in both.`),
  row('hg', `${CHECK}. Use hg in both.`),
  row('gem', `${CHECK}. For example, check: gem list --installed --exact NAME, apply: gem install NAME.`),
  row('composer', `${CHECK}; or write command: {cmd: composer install, chdir: DIR, creates: DIR/vendor/autoload.php}.`),
  row('make', `${CHECK}; or write command: {cmd: make install, creates: …}.`),
  row('snap', `${CHECK}. For example, check: snap list NAME, apply: snap install NAME.`),
  row('flatpak', `${CHECK}. Use flatpak in both.`),
  row('pacman', `${CHECK}. Use pacman in both.`),
  row('homebrew', 'Hosts are Linux.'),
  row('supervisorctl', `${CHECK}. Use supervisorctl in both.`),
  row('interfaces_file', 'Write template for the whole file.'),
  row('nmcli', `${CHECK}. Use nmcli in both.`),
  row('mail', 'Write uri: or command: with delegate_to: localhost.'),
  row('slack', 'Write uri: with delegate_to: localhost.'),
  row('archive', `${CHECK}; or write command: {cmd: tar …, creates: …}.`),
  row('patch', `${CHECK}. For example, check: patch --dry-run -R …, apply: patch ….`),
  row('acl', `${CHECK}. For example, check: getfacl …, apply: setfacl ….`),
  row('helm', `${CHECK}. For example, check: helm status RELEASE, apply: helm upgrade --install RELEASE CHART.`),
  row('zypper_repository', 'Write the file below /etc/zypp/repos.d by copy: {content: …, dest: …}.'),
  row('rhsm_repository', `${CHECK}. Use subscription-manager repos in both.`),
  row('copr', 'Write yum_repository.'),
  row('swupd', `${CHECK}. Use swupd in both.`),
  row('urpmi', `${CHECK}. Use urpmi in both.`),
  row('monit', `${CHECK}. Use monit in both.`),
  row('runit', `${CHECK}. Use sv in both.`),
  row('at', `${CHECK}. Use at in both.`),
  row('acme_certificate', `${CHECK}. Use certbot or acme.sh in both.`),
  row('get_certificate', 'Write query: openssl s_client -connect HOST:443 and openssl x509, and register the result.'),
  row('mount_facts', 'Write query: findmnt --json, and register the result.'),
  row('listen_ports_facts', 'Write query: ss -ltnH, and register the result.'),
  row('firewalld_info', 'Write query: firewall-cmd --list-all, and register the result.'),
  row('sudoers', 'Write copy: {content: …, dest: /etc/sudoers.d/NAME, mode: "0440", validate: visudo -cf %s}.'),
  row('ssh_config', 'Write template for the whole file, or blockinfile.'),
  row('cronvar', 'Write copy: {content: …, dest: /etc/cron.d/NAME}, or cron for the jobs.'),
  row('crypttab', 'Write lineinfile: {path: /etc/crypttab, line: …}.'),
  row('kernel_blacklist', 'Write copy: {content: …, dest: /etc/modprobe.d/blacklist-NAME.conf}.'),
  row('java_cert', `${CHECK}. Use keytool in both.`),
  row('java_keystore', `${CHECK}. Use keytool in both.`),
  row('zfs', `${CHECK}. Use zfs in both.`),
  row('yarn', `${CHECK}. Use yarn in both.`),
  row('pipx', `${CHECK}. Use pipx in both.`),
  row('cargo', `${CHECK}. Use cargo in both.`),
  row('git_config', `${CHECK}. For example, check: git config --get NAME, apply: git config NAME VALUE.`),
  row('read_csv', 'Put the values into a file of variables (vars_files).'),
  row('campfire', 'Write uri: with delegate_to: localhost.'),
  row('grove', 'Write uri: with delegate_to: localhost.'),
  row('statsd', 'Write command: with delegate_to: localhost.'),
  row('kdeconfig', `${CHECK}. Use kwriteconfig5 in both.`),
  row('import_playbook', 'Write it as an entry of the list of plays, not as a task.'),
];

/** Families of modules by the beginning of their names, and what to write in place of each module of the family. */
const FAMILIES: readonly (readonly [prefix: string, instead: string])[] = [
  ['docker_', `${CHECK}. Use docker in both.`],
  ['podman_', 'Write docker_container, docker_image, docker_network or docker_volume, with program: podman.'],
  ['postgresql_', `${CHECK}. Use psql in both, with become_user: postgres.`],
  ['mysql_', `${CHECK}. Use mysql in both.`],
  ['mongodb_', `${CHECK}. Use mongosh in both.`],
  ['rabbitmq_', `${CHECK}. Use rabbitmqctl in both.`],
  ['k8s_', `${CHECK}. Use kubectl in both.`],
  ['helm_', `${CHECK}. Use helm in both.`],
  ['ipa_', 'Write uri: with delegate_to: localhost, or command: ipa.'],
  ['ipa', 'Write command: ipa, or ipa-client-install with creates: /etc/ipa/default.conf.'],
  ['ldap_', `${CHECK}. Use ldapsearch and ldapmodify in both.`],
  ['consul', `${CHECK}. Use consul in both.`],
  ['lxd_', `${CHECK}. Use lxc in both.`],
  ['grafana_', 'Write uri: with delegate_to: localhost.'],
  ['gitlab_', 'Write uri: with delegate_to: localhost.'],
  ['github_', 'Write uri: with delegate_to: localhost.'],
  ['keycloak_', 'Write uri: with delegate_to: localhost.'],
  ['jenkins_', 'Write uri: with delegate_to: localhost.'],
  ['zabbix_', 'Write uri: with delegate_to: localhost.'],
  ['one_', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['proxmox', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['os_', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['openstack_', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['win_', 'Hosts are Linux.'],
  ['ec2', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['gcp_', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['azure_rm_', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
  ['vmware_', 'Create machines with another tool; runbook manages hosts that it can reach over SSH.'],
];

/**
 * Returns what to write in place of a module whose name begins like those of a family of Ansible's modules, such as
 * `docker_`; undefined if no family has this beginning.
 */
export function familyOf(module: string): string | undefined {
  return FAMILIES.find(([prefix]) => module.startsWith(prefix))?.[1];
}

/** Arguments that many modules of Ansible have, and that no module here has. */
export const COMMON_ARGUMENTS: Readonly<Record<string, ForeignArgument>> = {
  unsafe_writes: idleAs([false], 'Leave it out: every write is atomic.'),
  attributes: 'Leave it out, or write check: lsattr … and apply: chattr ….',
  attr: 'Leave it out, or write check: lsattr … and apply: chattr ….',
  seuser:
    'Leave it out: runbook sets no SELinux context. Run restorecon, which sets the context that the policy has for the path.',
  serole:
    'Leave it out: runbook sets no SELinux context. Run restorecon, which sets the context that the policy has for the path.',
  setype:
    'Leave it out: runbook sets no SELinux context. Run restorecon, which sets the context that the policy has for the path.',
  selevel:
    'Leave it out: runbook sets no SELinux context. Run restorecon, which sets the context that the policy has for the path.',
  secontext:
    'Leave it out: runbook sets no SELinux context. Run restorecon, which sets the context that the policy has for the path.',
  decrypt: 'Leave it out: content that runbook vault encrypted is decrypted automatically.',
  warn: idleAs([false], 'Leave it out: there are no such warnings.'),
  _raw_params: 'Write the text directly after the name of the module.',
  free_form: 'Write the text directly after the name of the module.',
  become: 'Write it as a keyword of the task, on the level of the name of the module.',
  become_user: 'Write it as a keyword of the task, on the level of the name of the module.',
  when: 'Write it as a keyword of the task, on the level of the name of the module.',
  register: 'Write it as a keyword of the task, on the level of the name of the module.',
  notify: 'Write it as a keyword of the task, on the level of the name of the module.',
  loop: 'Write it as a keyword of the task, on the level of the name of the module.',
  with_items: 'Write loop: as a keyword of the task, on the level of the name of the module.',
  tags: 'Write it as a keyword of the task, on the level of the name of the module.',
  delegate_to: 'Write it as a keyword of the task, on the level of the name of the module.',
  ignore_errors: 'Write it as a keyword of the task, on the level of the name of the module.',
  changed_when: 'Write it as a keyword of the task, on the level of the name of the module.',
  failed_when: 'Write it as a keyword of the task, on the level of the name of the module.',
  environment: 'Write it as a keyword of the task, on the level of the name of the module.',
  no_log: 'Write it as a keyword of the task, on the level of the name of the module.',
  vars: 'Write it as a keyword of the task, on the level of the name of the module.',
};

/** Modules that Ansible does not have. */
export const OWN_MODULES: ReadonlySet<string> = new Set([
  'certificate',
  'certificate_authority',
  'certificate_info',
  'check',
  'kernel_module',
  'key_pair',
  'kubeconfig',
  'kubernetes',
  'move',
  'query',
  'random_key',
  'swap',
]);
