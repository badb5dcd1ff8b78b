import type { PatchedLibrary } from '../../connection/base/transport.ts';
import type { Emit } from '../base/events.ts';

/** Reports the patches of ssh2 once per run, and again for each host with other results. */
export class ToldPatches {
  readonly #told = new Set<string>();

  note(host: string, library: PatchedLibrary | undefined, emit: Emit): void {
    if (library === undefined) return;
    const { version, patches } = library;
    const key = JSON.stringify([version, patches]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    emit({ type: 'ssh_patches', host, version, patches });
  }
}
