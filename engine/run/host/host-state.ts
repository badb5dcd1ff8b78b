import type { Host } from '../../inventory/inventory.ts';
import { CalledHandlers } from '../base/called-handlers.ts';
import type { HostRecap, Mode, TaskFinished, TaskIdentity } from '../base/events.ts';
import type { Debt } from '../base/owed.ts';
import type { HostVariables } from './variables.ts';

/** A host in a run, across all its plays. */
export class HostState {
  readonly host: Host;
  readonly variables: HostVariables;
  /** The task that it is at, for the report of a lost connection. */
  doing: TaskIdentity | undefined;
  /** `interrupted`: the operator has ended the run while a change was made on it, which may be half done. */
  status: 'active' | 'failed' | 'unreachable' | 'interrupted' = 'active';
  /** Handlers that are called for in the play that it is in. */
  called = new CalledHandlers();
  /** Handlers that an earlier run left owed, by the user that owes them; empty of what this run has paid. */
  readonly owedEarlier = new Map<string, readonly Debt[]>();
  /** What plays of this run, which are over, have left owed. */
  #left: readonly Debt[] = [];
  readonly rescuedFailures = new Set<TaskFinished>();
  readonly #failures: TaskFinished[] = [];
  readonly #counts = { ok: 0, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0, rescued: 0 };

  constructor(host: Host, variables: HostVariables) {
    this.host = host;
    this.variables = variables;
  }

  /** Handlers that are owed but for those that are called for in the play that it is in. */
  debts(): readonly Debt[] {
    return [...[...this.owedEarlier.values()].flat(), ...this.#left];
  }

  /** The same, each with the user in whose list of an earlier run it stands. */
  debtsByUser(): readonly { readonly debt: Debt; readonly user: string | undefined }[] {
    const earlier = [...this.owedEarlier].flatMap(([user, owed]) => owed.map((debt) => ({ debt, user })));
    return [...earlier, ...this.#left.map((debt) => ({ debt, user: undefined }))];
  }

  /** These are paid. */
  forget(debts: readonly Debt[]): void {
    const isOpen = (debt: Debt): boolean => !debts.includes(debt);
    for (const [user, owed] of this.owedEarlier) this.owedEarlier.set(user, owed.filter(isOpen));
    this.#left = this.#left.filter(isOpen);
  }

  /** A play is over for it. `owed`: what it was called for there and did not get to. */
  leavePlay(owed: readonly Debt[]): void {
    const known = new Set(this.debts().map(keyOf));
    this.#left = [...this.#left, ...owed.filter((debt) => !known.has(keyOf(debt)))];
    this.called = new CalledHandlers();
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

  /** A plan changes nothing, so that nothing is owed by it. */
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
