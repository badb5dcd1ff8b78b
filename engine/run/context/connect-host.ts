import { Unreachable } from '../../connection/base/unreachable.ts';
import { Problem } from '../../errors/problem.ts';
import { HostGone } from '../base/signals.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machine } from '../machine/machine.ts';
import type { RunContext } from './context.ts';

/** The machine that a task of this host is done on, if it is connected already. */
export function machineFor(context: RunContext, host: HostState, delegate: string | undefined): Machine | undefined {
  return context.machines.get(delegate ?? host.name);
}

/** Ahead of a play: connected, as the user that the play logs in as. Throws HostGone. */
export async function connectForPlay(context: RunContext, host: HostState, patienceMs: number): Promise<Machine> {
  const machine = await connectFor(context, host, undefined, patienceMs);
  try {
    await context.turns.connected(() =>
      context.machines.loginAs(host.name, host.variables.scope(undefined), context.mode),
    );
  } catch (error) {
    throw error instanceof Problem ? new HostGone(error) : error;
  }
  host.variables.setFacts(machine.connection.facts);
  return machine;
}

/**
 * The machine that a task of this host is done on, connected when it is not. A lost host is HostGone; a lost delegate
 * fails the task only.
 */
export async function connectFor(
  context: RunContext,
  host: HostState,
  delegate: string | undefined,
  patienceMs = 0,
): Promise<Machine> {
  const name = delegate ?? host.name;
  const ready = context.machines.get(name);
  if (ready !== undefined) return ready;
  const scope = (context.hosts.get(name) ?? host).variables.scope(undefined);
  try {
    const machine = await context.turns.connecting(() => {
      context.live({ host: name, activity: { kind: 'connecting' } });
      return context.machines.to(name, scope, patienceMs);
    });
    // A delegate may come to its own turn later, and is not connected again then.
    context.hosts.get(name)?.variables.setFacts(machine.connection.facts);
    return machine;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (name === host.name) throw new HostGone(error);
    if (error instanceof Unreachable) {
      throw new Problem({
        code: 'delegate-unreachable',
        what: `${name}, to which the task is delegated, cannot be reached`,
        why: error.what,
        remedy: error.remedy,
        cause: error,
      });
    }
    throw error;
  }
}
