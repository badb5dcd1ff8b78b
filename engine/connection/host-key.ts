import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { judgeHostKey, knownHostName, matchesHost } from './known-hosts.ts';
import type { KnownHost } from './known-hosts.ts';
import { appendKnownHost, readKnownHosts } from './known-hosts-files.ts';
import type { SshTarget } from './target.ts';
import { Unreachable } from './unreachable.ts';

/** What ssh2 can verify, the best first. Plain `ssh-rsa` (SHA-1) is not among it. */
const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

export type HostKeyAlgorithm = (typeof ALGORITHMS)[number];

/** Decides on one host's key. */
export class HostKeyCheck {
  readonly #target: SshTarget;
  readonly #name: string;
  readonly #matching: readonly KnownHost[];

  private constructor(target: SshTarget, name: string, matching: readonly KnownHost[]) {
    this.#target = target;
    this.#name = name;
    this.#matching = matching;
  }

  static async of(target: SshTarget): Promise<HostKeyCheck> {
    const name = target.hostKeyAlias?.toLowerCase() ?? knownHostName(target.address, target.port);
    const entries = target.hostKeyChecking === 'off' ? [] : await readKnownHosts(target.knownHostsFiles);
    return new HostKeyCheck(
      target,
      name,
      entries.filter((entry) => matchesHost(entry, name)),
    );
  }

  /** The types of the keys that are known go first, so that the host shows one that can be compared. */
  algorithms(): readonly HostKeyAlgorithm[] {
    const types = new Set(this.#matching.filter((entry) => entry.marker === 'none').map((entry) => entry.keyType));
    const isKnown = (algorithm: HostKeyAlgorithm): boolean => types.has(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
    return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((algorithm) => !isKnown(algorithm))];
  }

  /** Resolves where the key is good; a new host's key is written down with `accept-new`. Throws Unreachable. */
  async verify(rawKey: Buffer): Promise<void> {
    if (this.#target.hostKeyChecking === 'off') return;
    const parsed = ssh2.utils.parseKey(rawKey);
    const keyType = parsed instanceof Error ? 'unreadable' : Array.isArray(parsed) ? (parsed[0]?.type ?? '') : parsed.type;
    const key = rawKey.toString('base64');
    const verdict = judgeHostKey(this.#matching, keyType, key);
    switch (verdict.kind) {
      case 'known':
        return;
      case 'changed':
        throw this.#changed(verdict.entry, keyType, rawKey);
      case 'revoked':
        throw this.#revoked(verdict.entry, rawKey);
      case 'unknown': {
        const [file] = this.#target.knownHostsFiles;
        if (this.#target.hostKeyChecking === 'strict' || file === undefined) throw this.#unknown(verdict.authority, keyType, rawKey);
        const other = await appendKnownHost(file, this.#name, keyType, key);
        if (other !== undefined) throw this.#changed(other, keyType, rawKey);
        return;
      }
    }
  }

  #changed(entry: KnownHost, keyType: string, key: Buffer): Unreachable {
    const host = this.#target.name;
    return new Unreachable({
      code: 'host-key-changed',
      host,
      what: `${host}: its host key is not the one that is known`,
      why:
        `It shows a ${keyType} key with the fingerprint ${fingerprint(key)}; ${entry.file}:${entry.line} has another` +
        `${entry.keyType === keyType ? '' : ` (of type ${entry.keyType})`}. Either the host was set up anew, or somebody is in between.`,
      remedy:
        `Make sure that the host was set up anew, compare the fingerprint on its console (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), ` +
        `then drop the old key: ssh-keygen -R '${this.#name}' -f ${entry.file}`,
    });
  }

  #revoked(entry: KnownHost, key: Buffer): Unreachable {
    const host = this.#target.name;
    return new Unreachable({
      code: 'host-key-revoked',
      host,
      what: `${host}: its host key was revoked`,
      why: `The key with the fingerprint ${fingerprint(key)} is marked @revoked in ${entry.file}:${entry.line}.`,
      remedy: 'Do not connect. Give the host a new key, or find out who has the old one.',
    });
  }

  #unknown(authority: KnownHost | undefined, keyType: string, key: Buffer): Unreachable {
    const { name: host, address, port, hostKeyAlias, knownHostsFiles } = this.#target;
    const rename = hostKeyAlias === undefined ? '' : ` | sed 's/^[^ ]*/${this.#name}/'`;
    const known = knownHostsFiles.length === 0 ? 'no known_hosts file' : `no key in ${knownHostsFiles.join(', ')}`;
    return new Unreachable({
      code: 'host-key-unknown',
      host,
      what: `${host}: its host key is not known`,
      why:
        authority === undefined
          ? `It shows a ${keyType} key with the fingerprint ${fingerprint(key)}; there is ${known} for ${this.#name}.`
          : `${authority.file}:${authority.line} trusts a @cert-authority for it, but host certificates are not supported here.`,
      remedy:
        `Compare the fingerprint on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then add the key: ` +
        `ssh-keyscan -p ${port} ${address}${rename} >> ${knownHostsFiles[0] ?? '~/.ssh/known_hosts'}. Or set host key checking to accept-new.`,
    });
  }
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
