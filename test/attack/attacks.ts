/** How a user of the host attacks a run of root that writes in a folder of this user. `attacker.c` tells what they do. */
export const STRIKES = {
  'a link at the first sight of a name': { when: 'create', strike: 'link' },
  'a link once a name has been written': { when: 'close', strike: 'link' },
  'a link to a folder at the first sight of a name': { when: 'create', strike: 'dirlink' },
  'a link to a folder once a name has been written': { when: 'close', strike: 'dirlink' },
  'another name of a file of root': { when: 'create', strike: 'hard' },
  'another name of a file of root, once a name has been written': { when: 'close', strike: 'hard' },
  'a named pipe': { when: 'create', strike: 'fifo' },
  'a link in the place of the folder': { when: 'create', strike: 'swap' },
  'a link that comes and goes': { when: 'always', strike: 'flip', name: 'f', with: 'link-0' },
  'a link to a folder that comes and goes': { when: 'always', strike: 'flip', name: 'f', with: 'dirlink-0' },
  'a folder that is a link by turns': { when: 'always', strike: 'flip', name: '../d', with: 'dirlink-0' },
} as const satisfies Readonly<Record<string, Strike>>;

/** Those of every run of the tests: each kind of them once. */
export const SLICE: ReadonlySet<string> = new Set([
  'a link once a name has been written',
  'a link to a folder at the first sight of a name',
  'another name of a file of root',
  'a folder that is a link by turns',
]);

export interface Strike {
  readonly when: 'create' | 'close' | 'always';
  readonly strike: 'link' | 'dirlink' | 'fifo' | 'hard' | 'swap' | 'flip';
  /** What is changed for something of the stock, and back, below the folder. */
  readonly name?: string;
  readonly with?: string;
}

export interface Writing {
  /** Tasks as YAML; `{{item}}` is the number of the round. */
  readonly task: string;
  /** Shell text that root runs before each attack, in the folder of the user. */
  readonly given?: string;
}

/** Every way of writing below the folder `/home/alice/d` of alice, in rounds. */
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
  'copy of a file of the host': {
    task: 'copy: { src: /home/alice/d/f, dest: "/srv/open/n{{item}}", remote_src: true, mode: "0644" }',
    given: 'echo mine >f; chown alice f',
  },
  'copy of a file of the host into the folder': {
    task: 'copy: { src: /etc/hostname, dest: "/home/alice/d/n{{item}}", remote_src: true, mode: "0644" }',
  },
  'template with validate': {
    task: 'copy: { content: "round {{item}}\\n", dest: "/home/alice/d/f", validate: "grep -q round %s" }',
    given: 'echo old >f; chown alice f',
  },
  lineinfile: { task: 'lineinfile: { path: /home/alice/d/f, line: "round {{item}}" }', given: 'echo old >f; chown alice f' },
  blockinfile: { task: 'blockinfile: { path: /home/alice/d/f, block: "round {{item}}" }', given: 'echo old >f; chown alice f' },
  replace: {
    task: 'replace: { path: /home/alice/d/f, regexp: "round.*|old", replace: "round {{item}}" }',
    given: 'echo old >f; chown alice f',
  },
  get_url: { task: 'get_url: { url: "file:///srv/open/large", dest: "/home/alice/d/n{{item}}", mode: "0644", owner: alice }' },
  'owner and mode': {
    task: 'file: { path: /home/alice/d/f, mode: "{{#if (eq (mod item 2) 0)}}0640{{else}}0604{{/if}}", owner: "{{#if (eq (mod item 2) 0)}}alice{{else}}root{{/if}}" }',
    given: 'echo old >f; chown alice f',
  },
  'owner of a directory': {
    task: 'file: { path: /home/alice/d/f, state: directory, mode: "{{#if (eq (mod item 2) 0)}}0750{{else}}0705{{/if}}", owner: "{{#if (eq (mod item 2) 0)}}alice{{else}}root{{/if}}" }',
    given: 'mkdir f; chown alice f',
  },
  'a new directory': { task: 'file: { path: "/home/alice/d/n{{item}}", state: directory, owner: alice, mode: "0755" }' },
  'directories above': { task: 'file: { path: "/home/alice/d/n{{item}}/sub/sub", state: directory, owner: alice, mode: "0755" }' },
  'a directory and a file in it': { task: 'copy: { src: small, dest: "/home/alice/d/n{{item}}/sub/", owner: alice }' },
  touch: { task: 'file: { path: "/home/alice/d/n{{item}}", state: touch, mode: "0644", owner: alice }' },
  'touch of a file': { task: 'file: { path: /home/alice/d/f, state: touch, mode: "0604", owner: alice }', given: 'echo old >f' },
  'a link': { task: 'file: { path: "/home/alice/d/n{{item}}", src: /srv/open/large, state: link, owner: alice, follow: false }' },
  'a link in the place of another': {
    task: 'file: { path: "/home/alice/d/f", src: "/srv/open/n{{item}}", state: link, force: true }',
    given: 'ln -s /srv/open/large f; chown -h alice f',
  },
  'a hard link': {
    task: 'file: { path: "/home/alice/d/n{{item}}", src: /home/alice/d/f, state: hard, mode: "0644" }',
    given: 'echo old >f',
  },
  removal: {
    task: 'file: { path: "/home/alice/d/n{{item}}", state: absent }',
    given: 'for i in $(seq 0 200); do mkdir -p n$i/f/sub; done; chown -R alice .',
  },
  'removal of a file': {
    task: 'file: { path: "/home/alice/d/n{{item}}", state: absent }',
    given: 'for i in $(seq 0 200); do : >n$i; done; chown -R alice .',
  },
  'attributes of all beneath': {
    task: 'file: { path: /home/alice/d, state: directory, recurse: true, mode: "{{#if (eq (mod item 2) 0)}}u=rwX,g=rX,o={{else}}u=rwX,g=,o=rX{{/if}}", owner: alice }',
    given: 'mkdir f; for i in $(seq 0 50); do : >f/a$i; done; chown -R alice .',
  },
  'an archive': { task: 'unarchive: { src: archive.tar.gz, dest: /home/alice/d, owner: alice, mode: "0644" }' },
  'an archive of the host': { task: 'unarchive: { src: /srv/open/archive.tar.gz, dest: /home/alice/d, remote_src: true }' },
  move: {
    task: 'move: { src: "/home/alice/d/n{{item}}", dest: "/srv/open/n{{item}}" }',
    given: 'for i in $(seq 0 200); do : >n$i; done; chown -R alice .',
  },
  'a file of cron': {
    task: 'cron: { name: "round {{item}}", job: "true", user: alice, cron_file: /home/alice/d/f }',
    given: ': >f; chown alice f',
  },
  'a file of sysctl': {
    task: 'sysctl: { name: "kernel.panic", value: "{{item}}", reload: false, sysctl_file: /home/alice/d/f }',
    given: ': >f; chown alice f',
  },
  'authorized keys': { task: 'authorized_key: { user: alice, key: "{{key}}", comment: "round {{item}}", path: /home/alice/d/f }' },
  'a temporary file': { task: 'tempfile: { path: /home/alice/d }' },
  'a kubeconfig or key': { task: 'random_key: { path: "/home/alice/d/n{{item}}" }' },
};
