import { EXPECTED } from './ssh2-internals.ts';

/**
 * All that is done to ssh2, and to the sockets that it uses, each in a file of its own that says why. A correction
 * mends a fault: it is a reviewed patch of the sources (`ssh2-patch.ts`). The others only save time, are made to each
 * connection, and can be left off.
 */
const PATCHES = [
  { name: 'rekeying', kind: 'correctness' },
  { name: 'packet-keys', kind: 'speed' },
  { name: 'large-packets', kind: 'speed' },
  { name: 'joined-writes', kind: 'speed' },
  { name: 'shared-reads', kind: 'speed' },
  { name: 'host-key-proofs', kind: 'speed' },
  { name: 'unasked-signature', kind: 'speed' },
  { name: 'opened-key', kind: 'speed' },
  { name: 'bytes-in-flight', kind: 'speed' },
] as const satisfies readonly { readonly name: string; readonly kind: 'correctness' | 'speed' }[];

export type PatchName = (typeof PATCHES)[number]['name'];
type SpeedPatch = Extract<(typeof PATCHES)[number], { readonly kind: 'speed' }>['name'];

export interface Patch {
  readonly name: PatchName;
  readonly kind: 'correctness' | 'speed';
  readonly took: boolean;
  /** Why it did not. */
  readonly why: string | undefined;
}

/** ssh2 as one connection uses it. */
export interface PatchedLibrary {
  readonly version: string;
  readonly patches: readonly Patch[];
}

/** What a patch came to: it took, or there is nothing for it to do, or ssh2 is not as it expects. */
export type Took = { readonly took: true } | { readonly took: false; readonly why: string };

export const TOOK: Took = { took: true };
export const OTHER_INSIDES: Took = { took: false, why: 'ssh2 has other insides' };

export function needless(why: string): Took {
  return { took: false, why };
}

/** Makes patches to one connection, and keeps what came of them. */
export class ConnectionPatches {
  #off: string | undefined;
  readonly #came = new Map<PatchName, Took>();
  #version = '';

  /** With `off`, the reason, no speed patch is made. */
  constructor(off: string | undefined) {
    this.#off = off;
  }

  /** ssh2 is loaded later than some patches of the socket are made. */
  loaded(version: string, isCorrected: boolean): void {
    this.#version = version;
    if (version !== EXPECTED) this.#off ??= `ssh2 is ${version}, not ${EXPECTED}`;
    this.#came.set('rekeying', isCorrected ? TOOK : OTHER_INSIDES);
  }

  /** The last one counts, as some are made again after each exchange of keys. */
  make(name: SpeedPatch, patch: () => Took): void {
    this.#came.set(name, this.#off === undefined ? patch() : needless(this.#off));
  }

  get library(): PatchedLibrary {
    return {
      version: this.#version,
      patches: PATCHES.map(({ name, kind }) => ({ name, kind, ...this.#outcome(name) })),
    };
  }

  #outcome(name: PatchName): Pick<Patch, 'took' | 'why'> {
    const came = this.#came.get(name) ?? needless('it was not called for');
    return came.took ? { took: true, why: undefined } : came;
  }
}
