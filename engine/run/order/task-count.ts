import { isSelected, type TagSelection } from '../../playbook/base/select-tasks.ts';
import { opened, type Stop } from './itinerary.ts';

/**
 * How many tasks a batch has, as far as that is known, and the number of each in their order. Rescues and handlers do
 * not count, as nobody knows whether they run; what an include brings counts from when the first host has opened it.
 */
export class TaskCount {
  readonly #selection: TagSelection;
  /** Where the tasks stand in the order of the batch, from first to last. */
  #places: number[] = [];
  readonly #known = new Set<string>();

  constructor(selection: TagSelection) {
    this.#selection = selection;
  }

  get total(): number {
    return this.#places.length;
  }

  /** Counts the tasks of some stops, once for each `key`. Gives the stops. */
  add(key: string, stops: readonly Stop[]): readonly Stop[] {
    if (this.#known.has(key)) return stops;
    this.#known.add(key);
    const more: number[] = [];
    for (const stop of stops)
      for (const { step, at } of opened(stop))
        if (step.kind === 'task' && isSelected(step.tags, this.#selection)) more.push(at);
    if (more.length > 0) this.#places = [...this.#places, ...more].toSorted((one, other) => one - other);
    return stops;
  }

  /** How many tasks stand up to here. */
  upTo(at: number): number {
    let [from, to] = [0, this.#places.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#places[middle] ?? 0) <= at) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
