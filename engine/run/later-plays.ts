import { broughtBy } from '../playbook/base/brings.ts';
import { stepsOf } from '../playbook/base/select-tasks.ts';
import type { Mode } from './base/events.ts';
import type { PlannedPlay } from './context/context.ts';
import type { HostState } from './host/host-state.ts';
import { type Route, itinerary } from './order/itinerary.ts';

/** The plays of a run that follow the current one. */
export class LaterPlays {
  readonly #plays: readonly { readonly planned: PlannedPlay; readonly hosts: ReadonlySet<HostState> }[];
  /** By the plays in which a host takes part: hosts of the same plays share one route. */
  readonly #routes = new Map<string, Route | undefined>();

  constructor(plays: readonly PlannedPlay[]) {
    this.#plays = plays.map((planned) => ({ planned, hosts: new Set(planned.hosts) }));
  }

  /** Returns whether the host takes part in any of the plays. */
  has(host: HostState): boolean {
    return this.#plays.some(({ hosts }) => hosts.has(host));
  }

  /** Returns the route through the plays in which the host takes part, for looking ahead. */
  routeOf(host: HostState): Route | undefined {
    const key = this.#plays.map(({ hosts }) => (hosts.has(host) ? '1' : '0')).join('');
    if (!this.#routes.has(key)) this.#routes.set(key, this.#make(host));
    return this.#routes.get(key);
  }

  #make(host: HostState): Route | undefined {
    let behind: Route | undefined;
    for (const { planned, hosts } of this.#plays.toReversed()) {
      if (!hosts.has(host)) continue;
      const all = planned.hosts.map((one) => one.name);
      const play = { play: planned.play, layers: planned.layers, hosts: all, all, slice: planned.slice };
      for (const section of planned.play.sections.toReversed())
        behind = { stops: itinerary(section.steps, 0), index: -1, behind, play };
    }
    return behind;
  }
}

/**
 * Returns whether tasks of these plays may run on hosts other than their own: then hosts are not released after their
 * own last tasks. An include of an unknown name counts only in a plan, which would forget the effects of the tasks of a
 * released host; a play connects to the host again.
 */
export function mayUseOtherHosts(plays: readonly PlannedPlay[], mode: Mode): boolean {
  return plays.some(({ play }) => {
    const { usesOtherHosts, isWhole } = broughtBy(stepsOf(play));
    return usesOtherHosts || (!isWhole && mode === 'plan');
  });
}
