import { createHash } from 'node:crypto';
import type { SshTarget } from '../base/target.ts';
import { Unreachable } from '../base/unreachable.ts';
import { HOST_KEYS } from '../ssh-config/ssh-options.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { judgeHostKey, knownHostName, type HostKeyVerdict, type KnownHost } from './known-hosts.ts';

export type HostKeyAlgorithm = (typeof HOST_KEYS)[number];

/** What is known of a host. */
interface Known {
  /** Its name in known_hosts. */
  readonly name: string;
  readonly matching: readonly KnownHost[];
  /** The entries of the address with any port. */
  readonly ofAddress: readonly KnownHost[];
}

/** Checks the key of one host. */
export class HostKeyCheck {
  readonly #target: SshTarget;
  readonly #files: KnownHostsFiles;
  readonly #name: string;
  readonly #matching: readonly KnownHost[];
  /** Known entries of the address with any port. */
  readonly #ofAddress: readonly KnownHost[];
  #isDoubtful = false;

  private constructor(target: SshTarget, files: KnownHostsFiles, { name, matching, ofAddress }: Known) {
    this.#target = target;
    this.#files = files;
    this.#name = name;
    this.#matching = matching;
    this.#ofAddress = ofAddress;
  }

  static async of(target: SshTarget, files: KnownHostsFiles): Promise<HostKeyCheck> {
    const { hostKeyAlias, knownHostsFiles } = target;
    const name = hostKeyAlias?.toLowerCase() ?? knownHostName(target.address, target.port);
    const address = target.address.toLowerCase();
    const matching = await files.about(knownHostsFiles, name);
    const hasOther = hostKeyAlias === undefined && name !== address;
    const ofAddress = hasOther ? await files.about(knownHostsFiles, address) : [];
    return new HostKeyCheck(target, files, { name, matching, ofAddress });
  }

  /** The authority, if only certificates of an authority are known for the host. */
  get authority(): KnownHost | undefined {
    const isPlain = this.#matching.some((entry) => entry.marker === 'none');
    return isPlain || this.#target.hostKeyChecking === 'off'
      ? undefined
      : this.#matching.find((entry) => entry.marker === 'cert-authority');
  }

  /** True if the key was accepted although another one is known. As in ssh, no password may be sent to such a host. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /**
   * Returns the host key algorithms. Types of known keys come first, so that the host shows a key that can be compared.
   */
  algorithms(): readonly HostKeyAlgorithm[] {
    const types = new Set(this.#matching.filter((entry) => entry.marker === 'none').map((entry) => entry.keyType));
    const isKnown = (algorithm: HostKeyAlgorithm): boolean =>
      types.has(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
    const pinned = this.#target.algorithms?.hostKeys;
    const allowed =
      pinned === undefined ? HOST_KEYS : pinned.flatMap((name) => HOST_KEYS.filter((algorithm) => algorithm === name));
    return [...allowed.filter(isKnown), ...allowed.filter((algorithm) => !isKnown(algorithm))];
  }

  /** Resolves if the key is accepted; with `accept-new`, the key of a new host is written. Throws Unreachable. */
  async verify(rawKey: Buffer): Promise<void> {
    // The library is already loaded at this point. It is imported here, because code that only chooses a transport must
    // not load it.
    const { library } = await import('../ssh2/ssh2-library.ts');
    const parsed = library.ssh2.utils.parseKey(rawKey);
    const keyType =
      parsed instanceof Error ? 'unreadable' : Array.isArray(parsed) ? (parsed[0]?.type ?? '') : parsed.type;
    const key = rawKey.toString('base64');
    if (this.#target.refusedKeys?.keys.includes(`${keyType} ${key}`) === true) throw refusedKey(this.#target);
    const verdict = this.#judge(keyType, key);
    if (this.#target.hostKeyChecking === 'off') {
      this.#isDoubtful = verdict.kind === 'changed' || verdict.kind === 'revoked';
      return;
    }
    switch (verdict.kind) {
      case 'known':
        return;
      case 'changed':
        throw this.#changed(verdict.entry, keyType, rawKey);
      case 'revoked':
        throw this.#revoked(verdict.entry, rawKey);
      case 'unknown':
        return this.#accept(verdict.authority, keyType, rawKey);
    }
  }

  /** Writes the key of a new host, if that is allowed. */
  async #accept(
    authority: Extract<HostKeyVerdict, { readonly kind: 'unknown' }>['authority'],
    keyType: string,
    rawKey: Buffer,
  ): Promise<void> {
    const [file] = this.#target.knownHostsFiles;
    if (this.#target.hostKeyChecking === 'strict' || file === undefined)
      throw this.#unknown(authority, keyType, rawKey);
    const hashed = (await this.#target.hashKnownHosts?.()) === true;
    const key = rawKey.toString('base64');
    const other = await this.#files.append(file, { name: this.#name, hashed, keyType, key });
    if (other !== undefined) throw this.#changed(other, keyType, rawKey);
  }

  /** As in OpenSSH: a host that is not known with its port may be known by the same key without a port. */
  #judge(keyType: string, key: string): HostKeyVerdict {
    const verdict = judgeHostKey(this.#matching, keyType, key);
    if (verdict.kind !== 'unknown') return verdict;
    const ofAddress = judgeHostKey(this.#ofAddress, keyType, key);
    return ofAddress.kind === 'known' || ofAddress.kind === 'revoked' ? ofAddress : verdict;
  }

  #changed(entry: KnownHost, keyType: string, key: Buffer): Unreachable {
    const host = this.#target.name;
    return new Unreachable({
      code: 'host-key-changed',
      host,
      what: `${host}: its host key differs from the known one`,
      why:
        `It shows a ${keyType} key with the fingerprint ${fingerprint(key)}; ${entry.file}:${entry.line} has another` +
        `${entry.keyType === keyType ? '' : ` (of type ${entry.keyType})`}. Either the host was installed again, or somebody intercepts the connection.`,
      remedy:
        `Make sure that the host was installed again, compare the fingerprint on its console (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), ` +
        `then remove the old key: ssh-keygen -R '${this.#name}' -f ${entry.file}`,
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
          : `${authority.file}:${authority.line} trusts a @cert-authority for it, but ssh2 verifies no host certificates.`,
      remedy:
        `Compare the fingerprint on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then add the key: ` +
        `ssh-keyscan -p ${port} ${address}${rename} >> ${knownHostsFiles[0] ?? '~/.ssh/known_hosts'}. Or set host key checking to accept-new.`,
    });
  }
}

/** Makes the problem of a host whose key is refused. */
export function refusedKey({ name, refusedKeys }: SshTarget): Unreachable {
  return new Unreachable({
    code: 'this-machine',
    host: name,
    what: refusedKeys?.what ?? `${name}: a login to it is not allowed`,
    ...(refusedKeys?.why === undefined ? {} : { why: refusedKeys.why }),
    remedy: refusedKeys?.remedy ?? 'Leave the host out.',
  });
}

/** Returns the fingerprint as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256')
    .update(key)
    .digest('base64')
    .replace(/={1,2}$/, '')}`;
}
