import type { Host } from '../../inventory/inventory.ts';
import { CalledHandlers } from '../base/called-handlers.ts';
import type { HostRecap, Mode, TaskFinished, TaskIdentity } from '../base/events.ts';
import type { Debt } from '../base/owed.ts';
import type { HostVariables } from './variables.ts';

/** The state of a host in a run, across all plays. */
export class HostState {
  readonly variables: HostVariables;
  /** The current task, for the report of a lost connection. */
  doing: TaskIdentity | undefined;
  /** `interrupted`: the operator ended the run during a change on the host, which may be half done. */
  status: 'active' | 'failed' | 'unreachable' | 'interrupted' = 'active';
  /** Handlers that are called for in the current play. */
  called = new CalledHandlers();
  /**
   * Handlers that an earlier run left owed, by the user in whose list they are, without those that this run has run.
   */
  readonly owedEarlier = new Map<string, readonly Debt[]>();
  /** Handlers that finished plays of this run have left owed. */
  #left: readonly Debt[] = [];
  readonly rescuedFailures = new Set<TaskFinished>();
  readonly #failures: TaskFinished[] = [];
  readonly #counts = { ok: 0, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0, rescued: 0 };

  constructor(variables: HostVariables) {
    this.variables = variables;
  }

  /** Returns the owed handlers, without those that are called for in the current play. */
  debts(): readonly Debt[] {
    return [...[...this.owedEarlier.values()].flat(), ...this.#left];
  }

  /** Returns the same debts, each with the user in whose list an earlier run left it. */
  debtsByUser(): readonly { readonly debt: Debt; readonly user: string | undefined }[] {
    const earlier = [...this.owedEarlier].flatMap(([user, owed]) => owed.map((debt) => ({ debt, user })));
    return [...earlier, ...this.#left.map((debt) => ({ debt, user: undefined }))];
  }

  /** Removes debts, because their handlers have run. */
  forget(debts: readonly Debt[]): void {
    const isOpen = (debt: Debt): boolean => !debts.includes(debt);
    for (const [user, owed] of this.owedEarlier) this.owedEarlier.set(user, owed.filter(isOpen));
    this.#left = this.#left.filter(isOpen);
  }

  /** Ends a play for the host. `owed`: handlers that were called for and did not run. */
  leavePlay(owed: readonly Debt[]): void {
    const known = new Set(this.debts().map(keyOf));
    this.#left = [...this.#left, ...owed.filter((debt) => !known.has(keyOf(debt)))];
    this.called = new CalledHandlers();
  }

  /** The host as the inventory has it, with what tasks of this run have added. */
  get host(): Host {
    return this.variables.host;
  }

  get name(): string {
    return this.host.name;
  }

  count(what: 'ok' | 'changed' | 'unknown' | 'skipped' | 'failed' | 'ignored' | 'rescued'): void {
    this.#counts[what] += 1;
  }

  /** Marks all failures after the first `before` ones as rescued: the host has not failed because of them. */
  rescued(before: number): void {
    this.#counts.failed = before;
    this.#counts.rescued += 1;
    for (const failure of this.#failures.splice(before)) this.rescuedFailures.add(failure);
  }

  /** Number of failures so far. */
  get failures(): number {
    return this.#counts.failed;
  }

  noteFailure(failure: TaskFinished): void {
    this.#failures.push(failure);
  }

  /** Returns the summary of the host. A plan changes nothing, so it owes nothing. */
  recap(mode: Mode, roundTrips: number): HostRecap {
    return {
      host: this.name,
      ...this.#counts,
      unreachable: this.status === 'unreachable',
      interrupted: this.status === 'interrupted',
      owed: mode === 'plan' ? [] : [...new Map(this.debts().map((debt) => [keyOf(debt), debt])).values()],
      roundTrips,
    };
  }
}

function keyOf({ playbook, play, handler }: Debt): string {
  return JSON.stringify([playbook, play, handler]);
}
