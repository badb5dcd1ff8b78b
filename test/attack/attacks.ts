import { lockScript } from '../../engine/connection/shell/lock.ts';
import { crossOut, owedBy, writeDown, type Debt } from '../../engine/run/base/owed.ts';

const LOCK = `HOME=/nonexistent${lockScript('bob')}\nrm -rf /tmp/runbook-23456 2>/dev/null`;

const DEBT: Debt = { playbook: 'site.yml', play: 'Apps', handler: 'Restart' };
const OWED_BY_BOB = owedBy('bob');
const OWED = `HOME=/nonexistent b=%
${writeDown('bob', [DEBT])} && echo taken
look() { ${OWED_BY_BOB.kind.observe([OWED_BY_BOB])}
}
(look) >/dev/null
${crossOut('bob', DEBT)}
rm -rf /var/tmp/runbook-23456 2>/dev/null`;

/**
 * Attacks of a user of the host on a run of root that writes in a folder of this user. `attacker.c` describes their
 * effects.
 */
export const STRIKES: Readonly<Record<string, Strike>> = {
  'a link at the first sight of a name': { when: 'create', with: 'link' },
  'a link to a folder at the first sight of a name': { when: 'create', with: 'dirlink' },
  'another name of a file of root at the first sight of a name': { when: 'create', with: 'hard' },
  'a named pipe at the first sight of a name': { when: 'create', with: 'fifo' },
  'a link in the place of the folder at the first sight of a name': { when: 'create', with: 'swap' },
  'a link once a name has been written': { when: 'close', with: 'link' },
  'a link to a folder once a name has been written': { when: 'close', with: 'dirlink' },
  'another name of a file of root once a name has been written': { when: 'close', with: 'hard' },
  'a named pipe once a name has been written': { when: 'close', with: 'fifo' },
  'a link that comes and goes': { when: 'always', with: 'link' },
  'a link to a folder that comes and goes': { when: 'always', with: 'dirlink' },
  'another name of a file of root that comes and goes': { when: 'always', with: 'hard' },
  'a named pipe that comes and goes': { when: 'always', with: 'fifo' },
  'a folder that is a link by turns': { when: 'always', with: 'swap' },
  'a folder of root in a home that is a link by turns': { when: 'always', with: 'swap', folderOf: 'root' },
  'a link at each name that was seen before': { when: 'again', with: 'link' },
  'a link to a folder at each name that was seen before': { when: 'again', with: 'dirlink' },
  'a named pipe at each name that was seen before': { when: 'again', with: 'fifo' },
  'another name of a file of root at each name that was seen before': { when: 'again', with: 'hard' },
  'a script at each name that was seen before': { when: 'again', with: 'file' },
};

/** The strikes of every test run: one of each kind. */
export const SLICE: ReadonlySet<string> = new Set([
  'a link once a name has been written',
  'a link to a folder at the first sight of a name',
  'another name of a file of root that comes and goes',
  'a named pipe that comes and goes',
  'a folder that is a link by turns',
  'a script at each name that was seen before',
]);

export interface Strike {
  /**
   * The moment of a strike. `create`, `close`: after a name appears in the folder, or after its file was written.
   * `always`: all the time, at the name that the task writes. `again`: after a name in /tmp becomes free, because
   * nobody can rename or remove files of others there.
   */
  readonly when: 'create' | 'close' | 'always' | 'again';
  readonly with: 'link' | 'dirlink' | 'fifo' | 'hard' | 'file' | 'swap';
  /** The owner of the folder, which is in the home of alice. */
  readonly folderOf?: 'alice' | 'root';
}

export interface Writing {
  /** A task as YAML; `{{item}}` is the number of the round. Or shell text that user bob runs as one round. */
  readonly task: string | { readonly script: string };
  /** Shell text that root runs before each attack, in the folder of the user. `$rounds` is the number of rounds. */
  readonly given?: string;
  /** The folder in which alice waits, if it is not `/home/alice/d`. */
  readonly at?: '/tmp' | '/var/tmp';
  /** The name that alice replaces all the time, if it is neither `n{{item}}` nor `f`. */
  readonly name?: string;
  /**
   * Moments that do not occur in this case: nothing is made in the folder of alice, or nothing is renamed to its name
   * there, because the task only reads or the task is refused.
   */
  readonly never?: readonly Strike['when'][];
}

/** Returns whether this strike has a target in this case. */
export function isStruck({ at, name, never = [] }: Writing, { when, with: thing }: Strike): boolean {
  if (at !== undefined) return name === undefined ? when === 'again' : when === 'always' && thing !== 'swap';
  return when !== 'again' && !never.includes(when);
}

export function nameIn({ task, name }: Writing): string {
  return name ?? (typeof task === 'string' && task.includes('n{{item}}') ? 'n' : 'f');
}

/**
 * Every way of writing and reading below `/home/alice/d`, the folder of alice, and in other folders where alice can
 * make names. Each way is tried in several rounds.
 */
export const WRITINGS: Readonly<Record<string, Writing>> = {
  'copy of a new file': { task: 'copy: { content: "round {{item}}\\n", dest: "/home/alice/d/n{{item}}" }' },
  'copy with owner and mode': {
    task: 'copy: { content: "round {{item}}\\n", dest: "/home/alice/d/f", mode: "0644", owner: alice }',
    given: 'echo old >f; chown alice f',
  },
  'copy over a file of root': {
    task: 'copy: { content: "round {{item}}\\n", dest: "/home/alice/d/f" }',
    given: 'echo old >f; chmod 600 f',
  },
  'copy with backup': {
    task: 'copy: { content: "round {{item}}\\n", dest: "/home/alice/d/f", backup: true }',
    given: 'echo old >f; chown alice f',
  },
  'copy of a large file': { task: 'copy: { src: large, dest: "/home/alice/d/n{{item}}", mode: "0644" }' },
  'copy of a folder': {
    task: 'copy: { src: tree/, dest: "/home/alice/d/n{{item}}", mode: "0644" }',
  },
  'copy of a folder that removes what is left over': {
    task: 'copy: { src: tree/, dest: "/home/alice/d/n{{item}}", mode: "0644", delete: true }',
    given: 'for i in $(seq $rounds); do mkdir -p n$i/left/over; chown -R alice n$i; done',
  },
  'copy of a file of the host': {
    task: 'copy: { src: /home/alice/d/f, dest: "/srv/open/n{{item}}", remote_src: true, mode: "0644" }',
    given: 'echo mine >f; chown alice f',
    name: 'f',
    never: ['create', 'close'],
  },
  'copy of a file of the host into the folder': {
    task: 'copy: { src: /etc/hostname, dest: "/home/alice/d/n{{item}}", remote_src: true, mode: "0644" }',
  },
  'copy of a folder of the host into the folder': {
    task: 'copy: { src: /srv/folder/, dest: "/home/alice/d/n{{item}}", remote_src: true, mode: "0644" }',
    given: 'mkdir -p /srv/folder/sub; echo one >/srv/folder/a; echo two >/srv/folder/sub/b',
    never: ['create', 'close'],
  },
  'copy of a folder of hers': {
    task: 'copy: { src: /home/alice/d/f/, dest: "/srv/open/n{{item}}", remote_src: true, mode: "0644" }',
    given: 'mkdir f; echo mine >f/a; chown -R alice f',
    name: 'f',
    never: ['create', 'close'],
  },
  'template with validate': {
    task: 'copy: { content: "round {{item}}\\n", dest: "/home/alice/d/f", validate: "grep -q round %s" }',
    given: 'echo old >f; chown alice f',
  },
  lineinfile: {
    task: 'lineinfile: { path: /home/alice/d/f, line: "round {{item}}" }',
    given: 'echo old >f; chown alice f',
  },
  assemble: {
    task: 'assemble: { src: "/srv/parts/{{item}}", dest: /home/alice/d/f }',
    given:
      'echo old >f; chown alice f; i=0; while [ $i -le $rounds ]; do mkdir -p /srv/parts/$i; echo "round $i" >/srv/parts/$i/a; i=$((i + 1)); done',
  },
  ini_file: {
    task: 'ini_file: { path: /home/alice/d/f, section: a, option: b, value: "round {{item}}" }',
    given: 'echo old >f; chown alice f',
  },
  htpasswd: {
    task: 'htpasswd: { path: /home/alice/d/f, name: "u{{item}}", password: round }',
    given: 'echo old:x >f; chown alice f',
  },
  known_hosts: {
    task: 'known_hosts: { path: /home/alice/d/f, name: "h{{item}}", key: "h{{item}} {{key}}" }',
    given: 'echo old >f; chown alice f',
  },
  'a checkout of Git': {
    task: 'git: { repo: /srv/open, dest: "/home/alice/d/n{{item}}" }',
    never: ['create', 'close'],
  },
  blockinfile: {
    task: 'blockinfile: { path: /home/alice/d/f, block: "round {{item}}" }',
    given: 'echo old >f; chown alice f',
  },
  replace: {
    task: 'replace: { path: /home/alice/d/f, regexp: "round.*|old", replace: "round {{item}}" }',
    given: 'echo old >f; chown alice f',
  },
  get_url: {
    task: 'get_url: { url: "file:///srv/open/large", dest: "/home/alice/d/n{{item}}", mode: "0644", owner: alice }',
  },
  'owner and mode': {
    task: 'file: { path: /home/alice/d/f, mode: "{{#if (eq (mod item 2) 0)}}0640{{else}}0604{{/if}}", owner: "{{#if (eq (mod item 2) 0)}}alice{{else}}root{{/if}}" }',
    given: 'echo old >f; chown alice f',
    never: ['close'],
  },
  'owner of a directory': {
    task: 'file: { path: /home/alice/d/f, state: directory, mode: "{{#if (eq (mod item 2) 0)}}0750{{else}}0705{{/if}}", owner: "{{#if (eq (mod item 2) 0)}}alice{{else}}root{{/if}}" }',
    given: 'mkdir f; chown alice f',
    never: ['create', 'close'],
  },
  'a new directory': {
    task: 'file: { path: "/home/alice/d/n{{item}}", state: directory, owner: alice, mode: "0755" }',
  },
  'directories above': {
    task: 'file: { path: "/home/alice/d/n{{item}}/sub/sub", state: directory, owner: alice, mode: "0755" }',
  },
  'a directory and a file in it': { task: 'copy: { src: small, dest: "/home/alice/d/n{{item}}/sub/", owner: alice }' },
  touch: { task: 'file: { path: "/home/alice/d/n{{item}}", state: touch, mode: "0644", owner: alice }' },
  'touch of a file': {
    task: 'file: { path: /home/alice/d/f, state: touch, mode: "0604", owner: alice }',
    given: 'echo old >f',
    never: ['close'],
  },
  'a link': {
    task: 'file: { path: "/home/alice/d/n{{item}}", src: /srv/open/large, state: link, owner: alice, follow: false }',
  },
  'a link in the place of another': {
    task: 'file: { path: "/home/alice/d/f", src: "/srv/open/n{{item}}", state: link, force: true }',
    given: 'ln -s /srv/open/large f; chown -h alice f',
  },
  'a hard link': {
    task: 'file: { path: "/home/alice/d/n{{item}}", src: /home/alice/d/f, state: hard, mode: "0644" }',
    given: 'echo old >f; chown alice f',
  },
  removal: {
    task: 'file: { path: "/home/alice/d/n{{item}}", state: absent }',
    given: 'for i in $(seq 0 $rounds); do mkdir -p n$i/f/sub; done; chown -R alice .',
    never: ['close'],
  },
  'removal of a file': {
    task: 'file: { path: "/home/alice/d/n{{item}}", state: absent }',
    given: 'for i in $(seq 0 $rounds); do : >n$i; done; chown -R alice .',
    never: ['create', 'close'],
  },
  'attributes of all beneath': {
    task: 'file: { path: /home/alice/d, state: directory, recurse: true, mode: "{{#if (eq (mod item 2) 0)}}u=rwX,g=rX,o={{else}}u=rwX,g=,o=rX{{/if}}", owner: alice }',
    given: 'mkdir f; for i in $(seq 0 50); do : >f/a$i; done; chown -R alice .',
    never: ['close'],
  },
  'an archive': {
    task: 'unarchive: { src: archive.tar.gz, dest: /home/alice/d, owner: alice, mode: "{{#if (eq (mod item 2) 0)}}0644{{else}}0604{{/if}}" }',
  },
  'an archive of the host': {
    task: 'unarchive: { src: /srv/open/archive.tar.gz, dest: /home/alice/d, remote_src: true, mode: "{{#if (eq (mod item 2) 0)}}0644{{else}}0604{{/if}}" }',
  },
  'an archive of hers': {
    task: 'unarchive: { src: /home/alice/d/f, dest: "/srv/open/n{{item}}", remote_src: true }',
    given:
      'for v in /victim/v*; do cat "$w/secret.tar" >$v; done; for i in $(seq 0 $rounds); do mkdir /srv/open/n$i; done; cp /srv/open/archive.tar.gz f; chown alice f',
    name: 'f',
    never: ['create', 'close'],
  },
  'a look at content': {
    task: 'slurp: { src: /home/alice/d/f }',
    given: 'echo mine >f; chown alice f',
    never: ['create', 'close'],
  },
  'a look at a digest': {
    task: 'stat: { path: /home/alice/d/f }',
    given: 'echo mine >f; chown alice f',
    never: ['create', 'close'],
  },
  move: {
    task: 'move: { src: "/home/alice/d/n{{item}}", dest: "/srv/open/n{{item}}" }',
    given: 'for i in $(seq 0 $rounds); do : >n$i; done; chown -R alice .',
    never: ['create', 'close'],
  },
  'a file of cron': {
    task: 'cron: { name: "round {{item}}", job: "true", user: alice, cron_file: /home/alice/d/f }',
    given: ': >f; chown alice f',
  },
  'a file of sysctl': {
    task: 'sysctl: { name: "kernel.panic", value: "{{item}}", reload: false, sysctl_file: /home/alice/d/f }',
    given: ': >f; chown alice f',
  },
  'authorized keys': {
    task: 'authorized_key: { user: alice, key: "{{key}}", comment: "round {{item}}", path: /home/alice/d/f }',
  },
  'keys in a home there': {
    task: 'authorized_key: { user: bob, key: "{{key}}", comment: "round {{item}}" }',
    given: 'mkdir f; chown bob f',
    never: ['create', 'close'],
  },
  'an account with its home there': {
    task: 'user: { name: "u{{item}}", home: "/home/alice/d/n{{item}}" }',
    given: 'for i in $(seq 0 $rounds); do ! id u$i >/dev/null 2>&1 || userdel u$i; done',
    never: ['create', 'close'],
  },
  'an account whose home is taken away': {
    task: 'user: { name: bob, state: absent, remove: true, home: /home/alice/d/f }',
    given: 'id bob >/dev/null 2>&1 || useradd -M -d /home/alice/d/f -u 23456 bob; mkdir f; chown bob f',
    never: ['create', 'close'],
  },
  'a script': { task: 'script: script.sh', at: '/tmp' },
  'an archive that is brought': {
    task: 'unarchive: { src: archive.tar.gz, dest: "/srv/open/n{{item}}" }',
    given: 'for i in $(seq 0 $rounds); do mkdir /srv/open/n$i; done',
    at: '/tmp',
  },
  'the lock of a user without a home': {
    task: { script: LOCK },
    given: 'chown -R bob: /victim',
    at: '/tmp',
    name: 'runbook-23456',
  },
  'owed handlers of a user without a home': {
    task: { script: OWED },
    given: 'chown -R bob: /victim; rm -rf /var/tmp/runbook-23456 /var/tmp/away-*',
    at: '/var/tmp',
    name: 'runbook-23456',
  },
  'a temporary file': { task: 'tempfile: { path: /home/alice/d }' },
  'a key pair of ssh': {
    task: 'openssh_keypair: { path: "/home/alice/d/n{{item}}", type: ed25519 }',
    never: ['create', 'close'],
  },
  'a file of a package that is moved aside': {
    task: 'dpkg_divert: { path: "/home/alice/d/n{{item}}", divert: "/srv/open/n{{item}}", rename: true }',
    given: 'for i in $(seq $rounds); do echo mine >n$i; chown alice n$i; done',
    never: ['create', 'close'],
  },
  'a program that gets capabilities': {
    task: 'capabilities: { path: "/home/alice/d/n{{item}}", capability: cap_chown+ep }',
    given: 'for i in $(seq $rounds); do echo mine >n$i; chown alice n$i; done',
    never: ['create', 'close'],
  },
  'a link of alternatives': {
    task: 'alternatives: { name: "n{{item}}", path: /bin/true, link: "/home/alice/d/n{{item}}" }',
    never: ['create', 'close'],
  },
  'a file system': {
    task: 'filesystem: { dev: "/home/alice/d/n{{item}}", fstype: ext4, force: true }',
    given: 'for i in $(seq $rounds); do truncate -s 4M n$i; chown alice n$i; done',
    never: ['create', 'close'],
  },
  'a package of hers': {
    task: 'package: { deb: /home/alice/d/f }',
    given: 'echo mine >f; chown alice f',
    name: 'f',
    never: ['create', 'close'],
  },
  'a kubeconfig or key': { task: 'random_key: { path: "/home/alice/d/n{{item}}" }', never: ['create', 'close'] },
};
