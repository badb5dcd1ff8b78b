import { Unreachable } from '../../connection/base/unreachable.ts';
import { Problem } from '../../errors/problem.ts';
import { HostGone } from '../base/signals.ts';
import type { HostState } from '../host/host-state.ts';
import type { Machine } from '../machine/machine.ts';
import type { RunContext } from './context.ts';

/** Returns the machine on which a task of this host runs; undefined if it is not connected yet. */
export function machineFor(context: RunContext, host: HostState, delegate: string | undefined): Machine | undefined {
  return context.machines.get(delegate ?? host.name);
}

/** Connects a host before a play, with the login user of the play. Throws HostGone. */
export async function connectForPlay(context: RunContext, host: HostState, patienceMs: number): Promise<Machine> {
  // A new connection has the login user of the play.
  const isNew = context.machines.get(host.name) === undefined;
  const machine = await connectFor(context, host, undefined, patienceMs);
  try {
    if (!isNew)
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
 * Returns the machine on which a task of this host runs, and connects it if necessary. Throws HostGone for a lost host;
 * a lost delegate fails only the task.
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
    // A host in the middle of its tasks goes on before others begin.
    const turn = delegate === undefined ? context.turns.connecting : context.turns.connected;
    const machine = await turn(() => {
      context.live({ host: name, activity: { kind: 'connecting' } });
      return context.machines.to(name, scope, patienceMs);
    });
    // A delegate may have its own turn later, and is not connected again then.
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
