import { hash, randomBytes } from 'node:crypto';
import { type Wildcards, wildcards } from '../base/wildcards.ts';

/** One line of a known_hosts file; the format is that of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHost {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly hosts: HostMatcher;
  /** The name in OpenSSH: ssh-ed25519, ssh-rsa. */
  readonly keyType: string;
  /** The public key in base64. */
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

type HostMatcher =
  | { readonly kind: 'hashed'; readonly hashOf: (name: string) => string; readonly hash: string }
  | { readonly kind: 'names'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'patterns'; readonly positive: readonly Wildcards[]; readonly negative: readonly Wildcards[] };

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown'; readonly authority: KnownHost | undefined }
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** Parses a known_hosts file. Invalid lines are skipped, as in OpenSSH. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index) => parseLine(line, file, index + 1) ?? []);
}

function parseLine(text: string, file: string, line: number): KnownHost | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) return undefined;
  const marker = parseMarker(fields[0]);
  if (marker === undefined) return undefined;
  const [hosts, keyType, key] = marker === 'none' ? fields : fields.slice(1);
  if (hosts === undefined || keyType === undefined || key === undefined) return undefined;
  const matcher = parseHosts(hosts);
  return matcher === undefined ? undefined : { marker, hosts: matcher, keyType, key, file, line };
}

function parseMarker(field: string): KnownHost['marker'] | undefined {
  if (!field.startsWith('@')) return 'none';
  if (field === '@revoked') return 'revoked';
  return field === '@cert-authority' ? 'cert-authority' : undefined;
}

function parseHosts(field: string): HostMatcher | undefined {
  if (field.startsWith('|')) {
    const [, version, salt, hashed] = field.split('|');
    return version === '1' && salt !== undefined && hashed !== undefined
      ? { kind: 'hashed', hashOf: hashWith(Buffer.from(salt, 'base64')), hash: hashed }
      : undefined;
  }
  const patterns = field
    .toLowerCase()
    .split(',')
    .filter((pattern) => pattern !== '');
  if (!patterns.some((pattern) => /^!|[*?]/.test(pattern))) return { kind: 'names', names: new Set(patterns) };
  return {
    kind: 'patterns',
    positive: patterns.filter((pattern) => !pattern.startsWith('!')).map(hostPattern),
    negative: patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => hostPattern(pattern.slice(1))),
  };
}

function hostPattern(pattern: string): Wildcards {
  return wildcards(pattern, { classes: false, ignoreCase: false });
}

/** Returns the name of a host in known_hosts: its address, with the port if that is not 22. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Returns the name as HashKnownHosts of ssh_config(5) writes it, with a new salt. */
export function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${hashWith(salt)(name)}`;
}

/** The block of SHA-1. Bytes. */
const BLOCK = 64;

/**
 * Returns a function that hashes a name with this salt: HMAC-SHA1 (RFC 2104), in base64. Node's HMAC takes three times
 * as long, and each host is compared with each hashed entry of the file.
 */
function hashWith(salt: Buffer): (name: string) => string {
  const key = salt.length > BLOCK ? hash('sha1', salt, 'buffer') : salt;
  const inner = Buffer.alloc(BLOCK, 0x36);
  const outer = Buffer.alloc(BLOCK, 0x5c);
  for (const [index, byte] of key.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  return (name) => {
    const within = hash('sha1', Buffer.concat([inner, Buffer.from(name)]), 'buffer');
    return hash('sha1', Buffer.concat([outer, within]), 'base64');
  };
}

/**
 * Returns whether an entry of known_hosts is about the name, as sshd(8) says: a pattern with ! that matches excludes
 * the host.
 */
export function matchesHost(entry: KnownHost, name: string): boolean {
  const { hosts } = entry;
  if (hosts.kind === 'hashed') return hosts.hashOf(name) === hosts.hash;
  if (hosts.kind === 'names') return hosts.names.has(name);
  return hosts.positive.some((pattern) => pattern.test(name)) && !hosts.negative.some((pattern) => pattern.test(name));
}

/**
 * Judges the key of a host by its known entries. A host that is known only by a key of another type counts as changed:
 * otherwise an attacker could simply offer another type.
 */
export function judgeHostKey(matching: readonly KnownHost[], keyType: string, key: string): HostKeyVerdict {
  const revoked = matching.find((entry) => entry.marker === 'revoked' && entry.key === key);
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  const plain = matching.filter((entry) => entry.marker === 'none');
  if (plain.some((entry) => entry.key === key && entry.keyType === keyType)) return { kind: 'known' };
  const other = plain.find((entry) => entry.keyType === keyType) ?? plain[0];
  if (other !== undefined) return { kind: 'changed', entry: other };
  return { kind: 'unknown', authority: matching.find((entry) => entry.marker === 'cert-authority') };
}
