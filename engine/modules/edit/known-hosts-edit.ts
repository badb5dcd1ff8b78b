import { createHash, createHmac } from 'node:crypto';

/** A line of a file of known hosts: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownHost {
  /** `@cert-authority` or `@revoked`, or empty. */
  readonly marker: string;
  /** Names, patterns, or one hashed name. */
  readonly hosts: readonly string[];
  readonly type: string;
  readonly key: string;
  readonly comment: string;
}

/** Parses a line of a file of known hosts. Undefined for a comment, an empty line, and a line that is not a key. */
export function parseKnownHost(line: string): KnownHost | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
  const [hosts = '', type = '', key = '', ...comment] = words;
  if (hosts.startsWith('#') || !/^[A-Za-z0-9@.+-]+$/.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(key))
    return undefined;
  return { marker, hosts: hosts.split(','), type, key, comment: comment.join(' ') };
}

/** Returns whether the line has the name of the host, as plain text or as a hash. A pattern does not count. */
export function namesHost({ hosts }: KnownHost, name: string): boolean {
  return hosts.some((host) => {
    const [, salt] = /^\|1\|([^|]+)\|/.exec(host) ?? [];
    return salt === undefined
      ? host.toLowerCase() === name.toLowerCase()
      : host === hashed(name, Buffer.from(salt, 'base64'));
  });
}

export interface KnownHostsWish {
  readonly name: string;
  readonly keys: readonly KnownHost[];
  readonly state: 'present' | 'absent';
  /** True if a new line gets the name as a hash. */
  readonly isHashed: boolean;
}

/**
 * Returns the text after the edit. A host has at most one key of each type, so a new key replaces the old one. From a
 * line with several names, only this name is removed.
 */
export function editKnownHosts(text: string, { name, keys, state, isHashed }: KnownHostsWish): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const done = new Set<KnownHost>();
  const kept = lines.flatMap((line): readonly string[] => {
    const there = parseKnownHost(line);
    if (there === undefined || !namesHost(there, name)) return [line];
    const wanted = keys.find((one) => one.type === there.type && one.marker === there.marker);
    const isSame = wanted?.key === there.key;
    if (state === 'absent') return keys.length === 0 || isSame ? without(there, name) : [line];
    if (wanted === undefined) return [line];
    if (!isSame || done.has(wanted)) return without(there, name);
    done.add(wanted);
    return [line];
  });
  const added =
    state === 'absent' ? [] : keys.filter((one) => !done.has(one)).map((one) => lineFor(one, name, isHashed));
  const after = [...kept, ...added];
  return after.join('\n') === lines.join('\n') ? text : after.map((line) => `${line}\n`).join('');
}

function without(there: KnownHost, name: string): readonly string[] {
  const hosts = there.hosts.filter((one) => !namesHost({ ...there, hosts: [one] }, name));
  return hosts.length === 0 ? [] : [lineOf({ ...there, hosts })];
}

function lineFor(wanted: KnownHost, name: string, isHashed: boolean): string {
  if (!isHashed) return lineOf(wanted);
  // The salt depends only on the content of the line, so that the plan and the play give the same line.
  const salt = createHash('sha1').update(`${name} ${wanted.type} ${wanted.key}`).digest();
  return lineOf({ ...wanted, hosts: [hashed(name, salt)] });
}

function lineOf({ marker, hosts, type, key, comment }: KnownHost): string {
  return [marker, hosts.join(','), type, key, comment].filter((part) => part !== '').join(' ');
}

function hashed(name: string, salt: Buffer): string {
  const hash = createHmac('sha1', salt).update(name.toLowerCase()).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}
