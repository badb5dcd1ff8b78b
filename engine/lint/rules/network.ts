import { commandsOf, simpleCommands } from '../base/command-line.ts';
import type { Finding, Rule } from '../base/rule.ts';
import { type TaskSource, isValue, textOf } from '../base/site.ts';

/** Addresses of the host itself: nobody can change this traffic on its way. */
const LOOPBACK = /^https?:\/\/(?:localhost|127\.|\[::1\])/;

export const downloadWithoutChecksum: Rule = {
  name: 'download-without-checksum',
  level: 'warning',
  summary: 'get_url without checksum',
  why: `What is installed is whatever the server sends at that moment: perhaps a broken download, another version, or a file that an attacker has put there. Without checksum an existing file is also never replaced.`,
  remedy: 'Add checksum: sha256:… with the digest that the publisher gives.',
  bad: `- name: Tool
  get_url: { url: https://example.com/tool-1.2.tar.gz, dest: /opt/tool.tar.gz, mode: "0644" }`,
  good: `- name: Tool
  get_url:
    url: https://example.com/tool-1.2.tar.gz
    dest: /opt/tool.tar.gz
    mode: "0644"
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  *check({ tasks }) {
    for (const task of tasks) {
      const url = task.arguments.get('url');
      if (task.module !== 'get_url' || url === undefined || task.arguments.has('checksum')) continue;
      if (LOOPBACK.test(textOf(url.value) ?? '') || textOf(url.value)?.startsWith('file:') === true) continue;
      yield { place: task.action.keyPlace, what: 'Nothing checks the content of the downloaded file' };
    }
  },
};

export const httpWithoutTls: Rule = {
  name: 'http-without-tls',
  level: 'warning',
  summary: 'A download without checksum, or a request with a password, over http://',
  why: 'Anybody on the network path can read the password, or replace the file.',
  remedy: 'Write https://, or for a download add checksum:.',
  bad: `- name: State of the shop
  uri: { url: http://shop.example.com/state, url_username: probe, url_password: "{{probe_password}}" }`,
  good: `- name: State of the shop
  uri: { url: https://shop.example.com/state, url_username: probe, url_password: "{{probe_password}}" }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const url = task.arguments.get('url');
      const text = textOf(url?.value) ?? '';
      if (url === undefined || !text.startsWith('http://') || LOOPBACK.test(text)) continue;
      const isDownload = task.module === 'get_url' && !task.arguments.has('checksum');
      if (isDownload || hasCredentials(task))
        yield {
          place: url.value.place,
          what: isDownload
            ? 'The file comes by http:// and is not checked'
            : 'The password goes over the network without encryption',
        };
    }
  },
};

function hasCredentials(task: TaskSource): boolean {
  const headers = task.arguments.get('headers')?.value;
  const isAuthorized =
    headers?.kind === 'map' && headers.entries.some(({ key }) => /^(?:authorization|cookie)$|token/i.test(key));
  return task.arguments.has('url_password') || isAuthorized;
}

export const certificateNotVerified: Rule = {
  name: 'certificate-not-verified',
  level: 'warning',
  summary: 'validate_certs: false, curl -k, wget --no-check-certificate',
  why: 'Without the check the other side may be anybody: TLS no longer protects against an attacker on the network path.',
  remedy:
    'Remove it. For a certificate authority of your own, set ca_path: (of uri), or put its certificate onto the host.',
  bad: `- name: State of the shop
  uri: { url: https://shop.example.com/state, validate_certs: false }`,
  good: `- name: State of the shop
  uri: { url: https://shop.example.com/state }`,
  *check({ tasks }): Iterable<Finding> {
    const what = 'The certificate of the server is not verified';
    for (const task of tasks) {
      const verified = task.arguments.get('validate_certs');
      if (verified !== undefined && isValue(verified.value, false)) yield { place: verified.value.place, what };
      for (const { text, node } of commandsOf(task)) {
        const isUnverified = simpleCommands(text).some(({ words }) => {
          const program = words.findIndex((word) => /^(?:.*\/)?(?:curl|wget)$/.test(word.text));
          const given = program < 0 ? [] : words.slice(program + 1).map((word) => word.text);
          const isCurl = words[program]?.text.endsWith('curl') === true;
          return given.some((word) =>
            isCurl ? /^(?:-[a-jl-zA-Z]*k[a-zA-Z]*|--insecure)$/.test(word) : word === '--no-check-certificate',
          );
        });
        if (isUnverified) yield { place: node.place, what };
      }
    }
  },
};

export const unsignedPackages: Rule = {
  name: 'unsigned-packages',
  level: 'warning',
  summary: 'Packages whose signature is not checked: gpgcheck: false, trusted=yes, --allow-unauthenticated',
  why: 'A package runs programs as root when it is installed. Without the check of its signature, anybody on the network path can replace it.',
  remedy: 'Put the key of the repository onto the host, and name it: gpgkey:, or [signed-by=/etc/apt/keyrings/…].',
  bad: `- name: Repository of the vendor
  apt_repository: { repo: "deb [trusted=yes] https://apt.example.com stable main" }`,
  good: `- name: Repository of the vendor
  apt_repository: { repo: "deb [signed-by=/etc/apt/keyrings/vendor.asc] https://apt.example.com stable main" }`,
  *check({ tasks }) {
    const what = 'The signatures of the packages are not checked';
    for (const task of tasks) {
      const checked = task.arguments.get('gpgcheck');
      if (checked !== undefined && isValue(checked.value, false)) yield { place: checked.value.place, what };
      const repository = task.module === 'apt_repository' ? task.arguments.get('repo') : undefined;
      if (repository !== undefined && /\[[^\][]*trusted=yes/.test(textOf(repository.value) ?? ''))
        yield { place: repository.value.place, what };
      for (const { text, node } of commandsOf(task))
        if (
          /(?:^|\s)(?:--allow-unauthenticated|--force-yes|--nogpgcheck|--no-gpg-checks|--allow-untrusted)(?:\s|$)/.test(
            text,
          )
        )
          yield { place: node.place, what };
    }
  },
};

const SSH_VARIABLE = /^ansible_(?:ssh_)?(?:common_args|extra_args|args|host_key_checking)$/;

export const hostKeyNotChecked: Rule = {
  name: 'host-key-not-checked',
  level: 'warning',
  summary: 'SSH without a check of the host key: StrictHostKeyChecking=no, UserKnownHostsFile=/dev/null',
  why: 'Without the check the other side may be anybody, and gets the passwords and files that are meant for the host.',
  remedy: 'Remove it, and put the keys of the hosts into known_hosts (ssh-keyscan, and compare the fingerprints).',
  bad: `- name: Files fetched
  command: { cmd: "scp -o StrictHostKeyChecking=no backup:/srv/db.gz /srv/", creates: /srv/db.gz }`,
  good: `- name: Files fetched
  command: { cmd: "scp backup:/srv/db.gz /srv/", creates: /srv/db.gz }`,
  *check({ tasks, variables }) {
    const what = 'The key of the host is not checked';
    const isUnchecked = (text: string): boolean =>
      /StrictHostKeyChecking[ =](?:no|off)\b|UserKnownHostsFile[ =]\/dev\/null/i.test(text);
    for (const task of tasks)
      for (const { text, node } of commandsOf(task)) if (isUnchecked(text)) yield { place: node.place, what };
    for (const { name, literal, place } of variables) {
      if (!SSH_VARIABLE.test(name)) continue;
      const isOff = name.endsWith('host_key_checking') && /^(?:false|no|off|0)$/i.test(literal ?? '');
      if (isOff || isUnchecked(literal ?? '')) yield { place, what };
    }
  },
};
