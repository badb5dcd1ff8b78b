import type { Apply, Change } from '../../modules/base/module.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { HostState } from '../host/host-state.ts';
import type { Applied } from '../machine/machine-change.ts';
import type { Stop } from '../order/itinerary.ts';
import type { Prepared } from '../preparation/prepare.ts';

/** The turn of one item of a task in the order of a play; `index`: that of the loop item, undefined outside of a loop. */
export interface ItemTurn {
  readonly stop: Stop;
  readonly index: number | undefined;
}

/** A quiet change that goes to the host together with that of an earlier turn. */
export interface Companion extends ItemTurn {
  readonly prepared: Prepared;
  readonly change: Change;
  readonly apply: Apply;
  readonly requests: readonly Request[];
  /** The requests that are sent again after the change. */
  readonly own: readonly Request[];
  /** Shell text that writes down the handlers that it owes; empty if there are none. */
  readonly note: string;
  readonly proof: string;
}

/** A change that was made, or tried, before its turn. */
export interface MadeChange extends Companion {
  readonly answer: Applied;
  /** The states after this change of things that a later change of the same script has changed again, by key. */
  readonly earlier: ReadonlyMap<string, unknown>;
}

/** The changes that were made together with an earlier one, until their turns. */
export class MadeTogether {
  readonly #waiting = new WeakMap<HostState, readonly MadeChange[]>();

  /** Adds the changes of one script, in their order. Those of an earlier script must have had their turns. */
  add(host: HostState, made: readonly MadeChange[]): void {
    const [left] = this.#of(host);
    if (left !== undefined) throw new Error(`the change at ${left.stop.step.id} was made and never had its turn`);
    if (made.length > 0) this.#waiting.set(host, made);
  }

  /** Returns the change that was made for this turn, and removes it; undefined if there is none. */
  take(host: HostState, { stop, index }: ItemTurn): MadeChange | undefined {
    const [next, ...rest] = this.#of(host);
    if (next === undefined || next.stop.at !== stop.at || next.stop.step !== stop.step || next.index !== index)
      return undefined;
    this.#waiting.set(host, rest);
    return next;
  }

  /** Returns whether a change was made for a step at this number, or after it: then the host still takes the step. */
  covers(host: HostState, at: number): boolean {
    const last = this.#of(host).at(-1);
    return last !== undefined && at <= last.stop.at;
  }

  /** Removes all changes of a host whose task has failed. Returns the places of their tasks. */
  forget(host: HostState): readonly string[] {
    const left = this.#of(host);
    this.#waiting.delete(host);
    return [...new Set(left.map(({ stop }) => stop.step.id))];
  }

  #of(host: HostState): readonly MadeChange[] {
    return this.#waiting.get(host) ?? [];
  }
}
