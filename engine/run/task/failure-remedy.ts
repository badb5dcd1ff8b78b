/** Messages of programs and their remedies. The first row that matches counts. */
const CURES: readonly (readonly [said: RegExp, remedy: string])[] = [
  [
    /No space left on device|no space left\?|disk full\?|ENOSPC|Disk quota exceeded/,
    'Make room on the host: `df -h` shows its file systems, and `df -i` their inodes.',
  ],
  [
    /Read-only file system/,
    'Mount the file system for writing first, or choose a path on another one: `findmnt -T PATH` on the host shows it.',
  ],
  [
    /cannot lock \/etc\/\S+; try again later/,
    'See whether another program changes accounts on the host, whether one that was killed has left its lock (ls /etc/*.lock), and whether /etc can be written: `findmnt -T /etc`, `lsattr -d /etc`.',
  ],
  [
    /useradd: cannot create directory (\S+)/,
    'See whether the folder above $1 can be written on the host: `findmnt -T $1` shows its mount. For a home directory elsewhere, give home.',
  ],
  [
    /the new file did not pass/,
    'Correct the content, or the command of validate. The file on the host is as it was before.',
  ],
  [
    /what came has the digest/,
    'Write this digest as checksum if you trust what the server gives, else find out why the file has changed.',
  ],
  [/curl: \(6\)/, 'Correct the name in the URL, or the name servers of the host: the host itself sends the request.'],
  [
    /curl: \(7\)/,
    'See whether the server listens there, and whether the host may reach it: the host itself sends the request.',
  ],
  [
    /curl: \(23\)/,
    'Make room on the host (`df -h` shows its file systems), or let the task become a user who may write there.',
  ],
  [
    /curl: \(22\)[^(\n]*\b40[13]\b/,
    'Give what the server lets you in with, by headers or url_username and url_password.',
  ],
  [/curl: \(22\)/, 'Correct the URL, or look at the server.'],
  [/curl: \(28\)/, 'Raise timeout, or find out why the server is slow to answer.'],
  [/curl: \(35\)/, 'Write http:// if the server speaks no TLS on this port.'],
  [
    /curl: \((?:51|60)\)/,
    'Install the certificate of its authority on the host, or correct the name in the URL; validate_certs: false trusts anybody.',
  ],
  [
    /the server answered 40[13],/,
    'Give what the server lets you in with, by headers or url_username and url_password.',
  ],
  [/the server answered (\d+),/, 'Correct the URL, or name the status that is right: status_code: $1.'],
  [/special device (?:(?!special device).)* does not exist/, 'Correct src: `lsblk -f` on the host lists its devices.'],
  [/unknown filesystem type/, 'Correct fstype, or load its kernel module first: kernel_module: { name: … }.'],
  [
    /wrong fs type/,
    'Correct fstype, or make the file system first: `lsblk -f` on the host shows what is on the device.',
  ],
  [
    /unmet condition check|start condition failed/,
    'Correct the condition of the unit that the host does not meet (`systemctl cat` shows it), or leave the unit out on this host.',
  ],
  [
    /Permission denied|Operation not permitted/,
    'Let the task become a user who may: become: true for root. Where it is root, look at attributes (lsattr), mounts and SELinux of the path.',
  ],
  [
    /^(\S+\.[a-z]+) could not be /,
    'Correct what keeps the unit from it: `journalctl --unit $1` on the host has the whole story.',
  ],
];

/** Number of characters at the end of an output that are searched. */
const LOOKED_AT = 4_000;

interface Failed {
  readonly status: number;
  readonly stderr: string;
  /** True for a command of the operator, whose exit status has no fixed meaning. */
  readonly isCommand: boolean;
}

/**
 * Returns the remedy for a failed change, from its exit status and the messages of programs; undefined if none is
 * known.
 */
export function failureRemedy(what: string, { status, stderr, isCommand }: Failed): string | undefined {
  const said = `${what}\n${stderr.slice(-LOOKED_AT)}`;
  for (const [pattern, remedy] of CURES) {
    const found = pattern.exec(said);
    if (found !== null) return remedy.replaceAll('$1', () => found[1] ?? '');
  }
  if (!isCommand) return undefined;
  switch (status) {
    case 126:
      return 'Make the file executable, or call the program that reads it: sh FILE.';
    case 127:
      return 'Install the program with a task before this one, or write its whole path.';
    case 137:
      return 'If nobody has ended it, memory may have run out: `journalctl -k` on the host shows this.';
    default:
      return status > 128
        ? 'Find out on the host who or what has ended it.'
        : `If ${status} is no failure, write failed_when: '!(result.rc in [0, ${status}])'.`;
  }
}
