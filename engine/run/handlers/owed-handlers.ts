import { isHeard } from '../../playbook/base/handler-names.ts';
import type { Handler, Play } from '../../playbook/base/play.ts';
import { type Debt, crossOut } from '../base/owed.ts';
import type { RunContext } from '../context/context.ts';
import type { HostState } from '../host/host-state.ts';

/** Returns the debts of a play for handlers of these names. */
export function debtsOf(context: RunContext, play: Play, handlers: readonly string[]): readonly Debt[] {
  return handlers.map((handler) => ({ playbook: context.debtor.playbook, play: play.name, handler }));
}

/** A host in a play that can run owed handlers. */
export interface Payer {
  readonly context: RunContext;
  readonly host: HostState;
  readonly play: Play;
  readonly handlers: readonly Handler[];
}

/** Records what a user owes on the host, and calls for those handlers that the play has. */
export function learnOwed(payer: Payer, user: string, owed: readonly Debt[]): void {
  const { context, host, play } = payer;
  // Debts that this run wrote itself are already known.
  const own = debtsOf(context, play, host.called.names);
  host.owedEarlier.set(
    user,
    owed.filter((debt) => !own.some((known) => isSame(known, debt))),
  );
  callForOwed(payer);
}

/** Calls for the handlers of the play that an earlier run, or an earlier play of this run, left owed on the host. */
export function callForOwed({ context, host, play, handlers }: Payer): void {
  for (const { debt, user } of host.debtsByUser()) {
    const { handler } = debt;
    if (!isHeard(handler, handlers)) continue;
    if (!pays(context, play, debt)) continue;
    const isKnown = host.called.has(handler);
    host.called.callAgain(handler, user === 'root' ? undefined : user);
    if (isKnown) continue;
    context.emit({ type: 'handler_owed', host: host.name, handler, playbook: debt.playbook });
  }
}

/** Removes handlers that have run, or need not run, from the lists of all users that may have written them. */
export function forgetOwed(context: RunContext, host: HostState, play: Play, names: readonly string[]): void {
  for (const name of names) {
    const paid = [
      ...debtsOf(context, play, [name]),
      ...host.debts().filter((debt) => debt.handler === name && pays(context, play, debt)),
    ];
    host.forget(paid);
    if (context.mode === 'plan') continue;
    const machine = context.machines.get(host.name);
    const different = paid.filter((debt, index) => paid.findIndex((other) => isSame(other, debt)) === index);
    for (const privilege of machine?.privileges() ?? [])
      for (const debt of different) machine?.addCrossing(privilege, crossOut(machine.userOf(privilege), debt));
  }
}

/**
 * Returns whether the play must run an owed handler: the play that owes it; another play of the playbook if that play
 * no longer exists; any play if the owner is unknown.
 */
function pays(context: RunContext, play: Play, debt: Debt): boolean {
  const { playbook, plays } = context.debtor;
  if (debt.playbook === undefined || debt.play === undefined) return true;
  return debt.playbook === playbook && (debt.play === play.name || !plays.has(debt.play));
}

function isSame(one: Debt, other: Debt): boolean {
  return one.handler === other.handler && one.play === other.play && one.playbook === other.playbook;
}
