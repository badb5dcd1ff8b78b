import type { Host } from '../inventory/inventory.ts';
import type { HostRecap, TaskFinished, TaskIdentity } from './events.ts';
import type { HostVariables } from './variables.ts';

/** A host in a run, across all its plays. */
export class HostState {
  readonly host: Host;
  readonly variables: HostVariables;
  /** The task that it is at, for the report of a lost connection. */
  doing: TaskIdentity | undefined;
  status: 'active' | 'failed' | 'unreachable' = 'active';
  /** Handlers that are called for and have not run yet. */
  readonly notified = new Set<string>();
  /** Only in a plan: those of them that nothing certain has called for. */
  readonly doubtful = new Set<string>();
  /** Handlers that an earlier run left owed, by the user that owes them; empty of what this run has paid. */
  readonly owedEarlier = new Map<string, Set<string>>();
  /** Of the handlers that an earlier run left owed, those that this play has come by no task of that may call for them. */
  readonly unreached = new Set<string>();
  readonly rescuedFailures = new Set<TaskFinished>();
  readonly #failures: TaskFinished[] = [];
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

  /** All that failed since there were so many failures was rescued: the host has not failed by it. */
  rescued(before: number): void {
    this.#counts.failed = before;
    this.#counts.rescued += 1;
    for (const failure of this.#failures.splice(before)) this.rescuedFailures.add(failure);
  }

  /** How many failures stand so far. */
  get failures(): number {
    return this.#counts.failed;
  }

  noteFailure(failure: TaskFinished): void {
    this.#failures.push(failure);
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
