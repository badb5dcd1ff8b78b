import type { Target } from '../../connection/base/target.ts';
import type { TransportName } from '../../connection/base/transport.ts';

/** Gathers which options of ssh's configuration were not kept, and for which hosts. */
export class NotKept {
  readonly #options = new Set<string>();
  readonly #hosts = new Set<string>();

  /** The system's ssh keeps all of them. */
  note(host: string, target: Target, transport: TransportName): void {
    if (target.kind === 'local' || transport !== 'ssh2' || target.openssh.notKept.length === 0) return;
    for (const option of target.openssh.notKept) this.#options.add(option);
    this.#hosts.add(host);
  }

  /** In alphabetical order. */
  get options(): readonly string[] {
    return [...this.#options].toSorted();
  }

  get hosts(): readonly string[] {
    return [...this.#hosts];
  }
}
