import { EXPECTED } from './ssh2-internals.ts';

/**
 * All patches of ssh2 and of the sockets that it uses, each in a file that gives its reason. A correction fixes a
 * fault: it is a reviewed patch of the sources (`ssh2-patch.ts`). The others only save time, are applied per
 * connection, and can be turned off.
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
  /** The reason why the patch was not applied. */
  readonly why: string | undefined;
}

/** The ssh2 of one connection. */
export interface PatchedLibrary {
  readonly version: string;
  readonly patches: readonly Patch[];
}

/** The result of a patch: it was applied, or it has nothing to do, or ssh2 has other internals. */
export type Took = { readonly took: true } | { readonly took: false; readonly why: string };

export const TOOK: Took = { took: true };
export const OTHER_INSIDES: Took = { took: false, why: 'ssh2 has other insides' };

/**
 * Returns the result of a patch that was not applied because this connection does not need it. `why` is the reason, as
 * a phrase.
 */
export function needless(why: string): Took {
  return { took: false, why };
}

/** Applies patches to one connection, and records their results. */
export class ConnectionPatches {
  #off: string | undefined;
  readonly #came = new Map<PatchName, Took>();
  #version = '';

  /** With `off`, the reason, no speed patch is applied. */
  constructor(off: string | undefined) {
    this.#off = off;
  }

  /** Records the loaded ssh2. Some patches of the socket are applied before it is loaded. */
  loaded(version: string, isCorrected: boolean): void {
    this.#version = version;
    if (version !== EXPECTED) this.#off ??= `ssh2 is ${version}, not ${EXPECTED}`;
    this.#came.set('rekeying', isCorrected ? TOOK : OTHER_INSIDES);
  }

  /** Only the last result counts, because some patches are applied again after each key exchange. */
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
