import type { Handler } from '../playbook/play.ts';
import type { RunContext } from './context.ts';
import type { HostState } from './host-state.ts';
import { crossOut } from './owed.ts';

/** Takes in what a user owes on the host, and calls for what the play can pay of it. */
export function learnOwed(context: RunContext, host: HostState, handlers: readonly Handler[], user: string, owed: readonly string[]): void {
  // What this run has written down itself is known.
  host.owedEarlier.set(user, new Set(owed.filter((name) => !host.notified.has(name))));
  callForOwed(context, host, handlers);
}

/** Calls for the handlers of the play that an earlier run left owed on the host. */
export function callForOwed(context: RunContext, host: HostState, handlers: readonly Handler[]): void {
  const owed = new Set([...host.owedEarlier.values()].flatMap((names) => [...names]));
  for (const name of owed) {
    if (host.notified.has(name) || !handlers.some((handler) => handler.name === name || handler.listen.includes(name))) continue;
    host.notified.add(name);
    host.unreached.add(name);
    context.emit({ type: 'handler_owed', host: host.name, handler: name });
  }
}

/** The handler has run, or need not: it is crossed out for every user that may have written it down. */
export function forgetOwed(context: RunContext, host: HostState, name: string): void {
  host.notified.delete(name);
  host.unreached.delete(name);
  for (const owed of host.owedEarlier.values()) owed.delete(name);
  if (context.mode === 'plan') return;
  const machine = context.machines.get(host.name);
  for (const privilege of machine?.privileges() ?? []) machine?.addCrossing(privilege, crossOut(machine.userOf(privilege), name));
}
