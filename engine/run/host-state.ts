import type { Host } from '../inventory/inventory.ts';
import type { HostRecap, TaskIdentity } from './events.ts';
import type { HostVariables } from './variables.ts';

/** A host in a run, across all its plays. */
export class HostState {
  readonly host: Host;
  readonly variables: HostVariables;
  /** The task that it is at, for the report of a lost connection. */
  doing: TaskIdentity | undefined;
  status: 'active' | 'failed' | 'unreachable' | 'ended' = 'active';
  /** Handlers that are called for and have not run yet. */
  readonly notified = new Set<string>();
  /** Only in a plan: those of them that nothing certain has called for. */
  readonly doubtful = new Set<string>();
  /** Handlers that an earlier run left owed, by the user that owes them; empty of what this run has paid. */
  readonly owedEarlier = new Map<string, Set<string>>();
  readonly #counts = { ok: 0, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0, rescued: 0 };

  constructor(host: Host, variables: HostVariables) {
    this.host = host;
    this.variables = variables;
  }

  /** `doubtful`: a plan cannot tell whether the task will change anything. */
  call(handlers: readonly string[], how: 'certain' | 'doubtful'): void {
    for (const name of handlers) {
      if (how === 'certain') this.doubtful.delete(name);
      else if (!this.notified.has(name)) this.doubtful.add(name);
      this.notified.add(name);
    }
  }

  get name(): string {
    return this.host.name;
  }

  count(what: 'ok' | 'changed' | 'unknown' | 'skipped' | 'failed' | 'ignored' | 'rescued'): void {
    this.#counts[what] += 1;
  }

  /** Something that failed was rescued: the host has not failed by it. */
  rescued(): void {
    this.#counts.failed -= 1;
    this.#counts.rescued += 1;
  }

  recap(roundTrips: number): HostRecap {
    return {
      host: this.name,
      ...this.#counts,
      unreachable: this.status === 'unreachable',
      owed: [...new Set([...this.notified, ...[...this.owedEarlier.values()].flatMap((names) => [...names])])],
      roundTrips,
    };
  }
}
