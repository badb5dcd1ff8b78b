import type { Target } from '../../connection/base/target.ts';

/**
 * The machines that a run has left, by address and by the users whose locks it held there. While a run is at a machine,
 * its locks refuse a second name of the machine. This refuses the second name after the run has left, so that the answer
 * does not depend on the order of the hosts.
 */
export class PastPlaces {
  readonly #locks: boolean;
  /** Address with port, then user, then the name of the host. */
  readonly #names = new Map<string, Map<string, string>>();

  /** `locks`: the run locks its hosts. Without locks, a machine may have several names. */
  constructor(locks: boolean) {
    this.#locks = locks;
  }

  /** Records that the run has left a machine, and the users that the run has had there. */
  leave(name: string, target: Target | undefined, users: Iterable<string>): void {
    const place = this.#placeOf(target);
    if (place === undefined) return;
    const names = this.#names.get(place) ?? new Map<string, string>();
    for (const user of users) names.set(user, name);
    this.#names.set(place, names);
  }

  /** Returns another name under which the run was at this machine as this user. */
  otherNameAt(target: Target, user: string): string | undefined {
    const name = this.#namesAt(target)?.get(user);
    return name === target.name ? undefined : name;
  }

  /** Returns the other names under which the run was at this machine as any user. */
  otherNames(target: Target): readonly string[] {
    return [...new Set(this.#namesAt(target)?.values())].filter((name) => name !== target.name);
  }

  #namesAt(target: Target): ReadonlyMap<string, string> | undefined {
    const place = this.#placeOf(target);
    return place === undefined ? undefined : this.#names.get(place);
  }

  /** Behind a jump host, the same address may be another machine. */
  #placeOf(target: Target | undefined): string | undefined {
    if (!this.#locks || target?.kind !== 'ssh' || target.jumps.length > 0 || target.proxyCommand !== undefined)
      return undefined;
    return `${target.address}:${target.port}`;
  }
}
