import type { Target, WithoutEffect } from '../../connection/base/target.ts';
import type { TransportName } from '../../connection/base/transport.ts';

/** Connection settings without effect, with the names of the hosts that have them. */
export interface Unheeded<Setting> {
  readonly settings: readonly Setting[];
  readonly hosts: readonly string[];
}

/**
 * Collects settings of ssh's configuration that were ignored, and settings of the inventory without effect, with their
 * hosts.
 */
export class NotKept {
  readonly #options = new Set<string>();
  readonly #optionHosts = new Set<string>();
  readonly #variables = new Map<string, WithoutEffect>();
  readonly #variableHosts = new Set<string>();

  /** Records the settings of the inventory, which are known before the connection. */
  target(host: string, target: Target): void {
    if (target.kind === 'local') return;
    for (const one of target.withoutEffect ?? []) {
      this.#variables.set(one.what, one);
      this.#variableHosts.add(host);
    }
  }

  /**
   * Records the settings of the ssh configuration that are not applied. Nothing is recorded for the system's ssh, which
   * applies all settings.
   */
  connected(host: string, target: Target, transport: TransportName): void {
    if (target.kind === 'local' || transport !== 'ssh2' || target.openssh.notKept.length === 0) return;
    for (const option of target.openssh.notKept) this.#options.add(option);
    this.#optionHosts.add(host);
  }

  /** Options of ssh_config(5) in alphabetical order; undefined if all were applied. */
  get options(): Unheeded<string> | undefined {
    const settings = [...this.#options].toSorted();
    return settings.length === 0 ? undefined : { settings, hosts: [...this.#optionHosts] };
  }

  /** Settings of the inventory; undefined if all have an effect. */
  get variables(): Unheeded<WithoutEffect> | undefined {
    const settings = [...this.#variables.values()];
    return settings.length === 0 ? undefined : { settings, hosts: [...this.#variableHosts] };
  }
}
