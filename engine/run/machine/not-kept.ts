import type { Target, WithoutEffect } from '../../connection/base/target.ts';
import type { TransportName } from '../../connection/base/transport.ts';

/** What hosts have set of their connections, and nothing came of, with the names of these hosts. */
export interface Unheeded<Setting> {
  readonly settings: readonly Setting[];
  readonly hosts: readonly string[];
}

/** Gathers what of ssh's configuration was not kept and what of the inventory had no effect, and for which hosts. */
export class NotKept {
  readonly #options = new Set<string>();
  readonly #optionHosts = new Set<string>();
  readonly #variables = new Map<string, WithoutEffect>();
  readonly #variableHosts = new Set<string>();

  /** What the inventory says, known before the connection. */
  target(host: string, target: Target): void {
    if (target.kind === 'local') return;
    for (const one of target.withoutEffect ?? []) {
      this.#variables.set(one.what, one);
      this.#variableHosts.add(host);
    }
  }

  /** What ssh's configuration says. The system's ssh keeps all of it. */
  connected(host: string, target: Target, transport: TransportName): void {
    if (target.kind === 'local' || transport !== 'ssh2' || target.openssh.notKept.length === 0) return;
    for (const option of target.openssh.notKept) this.#options.add(option);
    this.#optionHosts.add(host);
  }

  /** Options of ssh_config(5) in alphabetical order; undefined where all were kept. */
  get options(): Unheeded<string> | undefined {
    const settings = [...this.#options].toSorted();
    return settings.length === 0 ? undefined : { settings, hosts: [...this.#optionHosts] };
  }

  /** Settings of the inventory; undefined where all have an effect. */
  get variables(): Unheeded<WithoutEffect> | undefined {
    const settings = [...this.#variables.values()];
    return settings.length === 0 ? undefined : { settings, hosts: [...this.#variableHosts] };
  }
}
