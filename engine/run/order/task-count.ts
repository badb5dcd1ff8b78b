import { isSelected, type TagSelection } from '../../playbook/base/select-tasks.ts';
import { opened, type Stop } from './itinerary.ts';

/**
 * Counts the tasks of a batch, as far as they are known, and numbers them in their order. Rescues and handlers are not
 * counted, because they may not run. Tasks of an include count after the first host has resolved it.
 */
export class TaskCount {
  readonly #selection: TagSelection;
  /** The numbers of the tasks in the order of the batch, sorted. */
  #places: number[] = [];
  readonly #known = new Set<string>();

  constructor(selection: TagSelection) {
    this.#selection = selection;
  }

  get total(): number {
    return this.#places.length;
  }

  /** Counts the tasks of some stops, once for each `key`. Returns the stops. */
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

  /** Returns the number of tasks up to and including this number. */
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
