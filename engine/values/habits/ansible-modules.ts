import { type ForeignArgument, idleAs } from './foreign-argument.ts';

/** A name that Ansible has and this language does not have, and what to write in its place. */
export interface AnsibleDifference {
  readonly name: string;
  readonly where: 'play' | 'task' | 'loop_control' | 'module' | 'meta' | 'role';
  /** A sentence, shown as the remedy. */
  readonly instead: string;
}

function row(name: string, instead: string): AnsibleDifference {
  return { name, where: 'module', instead };
}

const CHECK = 'Write check: with a command that asks whether it is so, and apply: with the one that does it';

/** Modules of Ansible and its collections that do not exist here. */
export const ANSIBLE_MODULES: readonly AnsibleDifference[] = [
  row(
    'fetch',
    'Write slurp: and register, then copy: {content: "{{b64decode r.content}}", …} with delegate_to: localhost.',
  ),
  row('ping', 'Leave it out; `runbook ping PATTERN` tells whether hosts can be reached.'),
  row('getent', 'Write query: getent passwd NAME, and register.'),
  row('apt_key', 'Bring the key by get_url into /etc/apt/keyrings, and name it in apt_repository: signed-by.'),
  row('deb822_repository', 'Write apt_repository.'),
  row('rpm_key', 'Write gpgkey in yum_repository.'),
  row('known_hosts', 'Write lineinfile: {path: /etc/ssh/ssh_known_hosts, line: …, create: true}.'),
  row('blockdev', `${CHECK}, such as blkid and mkfs.`),
  row('filesystem', `${CHECK}: check: blkid /dev/x, apply: mkfs.ext4 /dev/x.`),
  row('lvg', `${CHECK}, such as vgs and vgcreate.`),
  row('lvol', `${CHECK}, such as lvs and lvcreate.`),
  row('parted', `${CHECK}, such as sfdisk.`),
  row('iptables', `${CHECK}: check: iptables -C …, apply: iptables -A ….`),
  row('ufw', `${CHECK}: check: ufw status | grep …, apply: ufw allow ….`),
  row('firewalld', `${CHECK}: check: firewall-cmd --query-service=…, apply: firewall-cmd --add-service=….`),
  row('alternatives', `${CHECK}: check: update-alternatives --query …, apply: update-alternatives --set ….`),
  row('locale_gen', `${CHECK}: check: locale -a | grep …, apply: locale-gen.`),
  row('async_status', 'Leave it out; a task is waited for, timeout: says for how long.'),
  row('seboolean', `${CHECK}: check: getsebool NAME | grep 'on$', apply: setsebool -P NAME on.`),
  row('sefcontext', `${CHECK}, by semanage fcontext.`),
  row('seport', `${CHECK}, by semanage port.`),
  row('debconf', `${CHECK}: debconf-show and debconf-set-selections.`),
  row('dpkg_selections', `${CHECK}: check: apt-mark showhold | grep NAME, apply: apt-mark hold NAME.`),
  row('pamd', 'Write replace or lineinfile with the line of the file.'),
  row('openssl_privatekey', 'Write certificate, which makes the key as well, or key_pair.'),
  row('openssl_csr', 'Write certificate: requests are made on the controller.'),
  row('x509_certificate', 'Write certificate.'),
  row('x509_certificate_info', 'Write certificate_info: with paths, and register.'),
  row('openssl_certificate', 'Write certificate.'),
  row('openssl_dhparam', `${CHECK}: apply: openssl dhparam -out ….`),
  row('openssh_keypair', `${CHECK}: check: test -f ~/.ssh/id_ed25519, apply: ssh-keygen ….`),
  row('htpasswd', `${CHECK}, or write the file by copy: {content: …}.`),
  row('xml', 'Write template for the whole file, or replace.'),
  row('subversion', `${CHECK}, by svn.`),
  row('hg', `${CHECK}, by hg.`),
  row('npm', `${CHECK}, by npm.`),
  row('gem', `${CHECK}, by gem.`),
  row('composer', `${CHECK}, by composer.`),
  row('make', `${CHECK}, or command: {cmd: make install, creates: …}.`),
  row('snap', `${CHECK}: check: snap list NAME, apply: snap install NAME.`),
  row('flatpak', `${CHECK}, by flatpak.`),
  row('zypper', 'Write package: {name: …, state: present}.'),
  row('apk', 'Write package: {name: …, state: present}.'),
  row('dnf5', 'Write package: {name: …, state: present}.'),
  row('pacman', `${CHECK}, by pacman.`),
  row('homebrew', 'Hosts are Linux.'),
  row('sysvinit', 'Write service.'),
  row('supervisorctl', `${CHECK}, by supervisorctl.`),
  row('interfaces_file', 'Write template for the whole file.'),
  row('nmcli', `${CHECK}, by nmcli.`),
  row('mail', 'Write uri: or command: with delegate_to: localhost.'),
  row('slack', 'Write uri: with delegate_to: localhost.'),
  row('archive', `${CHECK}, or command: {cmd: tar …, creates: …}.`),
  row('patch', `${CHECK}: check: patch --dry-run -R …, apply: patch ….`),
  row('acl', `${CHECK}: check: getfacl …, apply: setfacl ….`),
  row('capabilities', `${CHECK}: check: getcap …, apply: setcap ….`),
  row('helm', `${CHECK}, by helm.`),
  row('k8s', `${CHECK}: check: kubectl diff -f …, apply: kubectl apply -f ….`),
  row('import_playbook', 'Put it beside the plays of the playbook.'),
];

/** Families of modules, by the beginning of their names. */
const FAMILIES: readonly (readonly [prefix: string, instead: string])[] = [
  ['docker_', `${CHECK}, by docker.`],
  ['podman_', `${CHECK}, by podman.`],
  ['postgresql_', `${CHECK}, by psql with become_user: postgres.`],
  ['mysql_', `${CHECK}, by mysql.`],
  ['mongodb_', `${CHECK}, by mongosh.`],
  ['rabbitmq_', `${CHECK}, by rabbitmqctl.`],
  ['k8s_', `${CHECK}, by kubectl.`],
  ['helm_', `${CHECK}, by helm.`],
  ['win_', 'Hosts are Linux.'],
  ['ec2', 'Machines are made by another tool; runbook begins where they can be reached.'],
  ['gcp_', 'Machines are made by another tool; runbook begins where they can be reached.'],
  ['azure_rm_', 'Machines are made by another tool; runbook begins where they can be reached.'],
  ['vmware_', 'Machines are made by another tool; runbook begins where they can be reached.'],
];

export function familyOf(module: string): string | undefined {
  return FAMILIES.find(([prefix]) => module.startsWith(prefix))?.[1];
}

/** Arguments that many modules of Ansible have, and no module here. */
export const COMMON_ARGUMENTS: Readonly<Record<string, ForeignArgument>> = {
  unsafe_writes: idleAs([false], 'Leave it out: each write is atomic.'),
  attributes: 'Leave it out, or write check: lsattr … and apply: chattr ….',
  attr: 'Leave it out, or write check: lsattr … and apply: chattr ….',
  seuser: 'Leave it out: SELinux gives the context by the path; restorecon puts it right.',
  serole: 'Leave it out: SELinux gives the context by the path; restorecon puts it right.',
  setype: 'Leave it out: SELinux gives the context by the path; restorecon puts it right.',
  selevel: 'Leave it out: SELinux gives the context by the path; restorecon puts it right.',
  secontext: 'Leave it out: SELinux gives the context by the path; restorecon puts it right.',
  decrypt: 'Leave it out: what is encrypted by runbook vault is opened by itself.',
  warn: idleAs([false], 'Leave it out: there are no such warnings.'),
  _raw_params: 'Write the text itself behind the name of the module.',
  free_form: 'Write the text itself behind the name of the module.',
  become: 'Write it at the task, beside the module.',
  become_user: 'Write it at the task, beside the module.',
  when: 'Write it at the task, beside the module.',
  register: 'Write it at the task, beside the module.',
  notify: 'Write it at the task, beside the module.',
  loop: 'Write it at the task, beside the module.',
  with_items: 'Write loop: at the task, beside the module.',
  tags: 'Write it at the task, beside the module.',
  delegate_to: 'Write it at the task, beside the module.',
  ignore_errors: 'Write it at the task, beside the module.',
  changed_when: 'Write it at the task, beside the module.',
  failed_when: 'Write it at the task, beside the module.',
  environment: 'Write it at the task, beside the module.',
  no_log: 'Write it at the task, beside the module.',
  vars: 'Write it at the task, beside the module.',
};
