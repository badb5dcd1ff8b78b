import { matchesHost, type KnownHost } from './known-hosts.ts';

/**
 * The entries of one known_hosts file. Entries with names alone are found by the name; entries with hashes, wildcards
 * or exclusions are compared one by one: with a thousand hosts, comparing each of them with each entry takes longer
 * than the handshakes.
 */
export class KnownHostsIndex {
  readonly hasAuthority: boolean;
  readonly #byName = new Map<string, KnownHost[]>();
  readonly #compared: readonly KnownHost[];

  constructor(entries: readonly KnownHost[]) {
    this.hasAuthority = entries.some((entry) => entry.marker === 'cert-authority');
    const compared: KnownHost[] = [];
    for (const entry of entries) {
      if (entry.hosts.kind !== 'names') compared.push(entry);
      else for (const name of entry.hosts.names) this.#add(name, entry);
    }
    this.#compared = compared;
  }

  /** Returns the entries about a name, in the order of the file. */
  about(name: string): readonly KnownHost[] {
    const compared = this.#compared.filter((entry) => matchesHost(entry, name));
    return [...(this.#byName.get(name) ?? []), ...compared].toSorted((one, other) => one.line - other.line);
  }

  #add(name: string, entry: KnownHost): void {
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, [entry]);
    else known.push(entry);
  }
}
