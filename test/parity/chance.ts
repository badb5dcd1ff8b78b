import { createHash } from 'node:crypto';
import { seededRandom } from '../seeded-random.ts';

/** Choices that are the same for the same seed and name. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number, name: string) {
    this.#random = seededRandom(createHash('sha256').update(`${seed} ${name}`).digest().readInt32BE(0));
  }

  one<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.#random() * items.length)] ?? items[0];
  }

  /** True with this probability. */
  of(probability: number): boolean {
    return this.#random() < probability;
  }

  number(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  /** Each item with this probability, in their order. */
  some<Item>(items: readonly Item[], probability: number): Item[] {
    return items.filter(() => this.of(probability));
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, by: this.#random() }))
      .toSorted((one, other) => one.by - other.by)
      .map(({ item }) => item);
  }

  /** A map with some of these members, each chosen among its values. */
  options<Value>(
    members: Readonly<Record<string, readonly [Value, ...Value[]]>>,
    probability: number,
  ): Record<string, Value> {
    return Object.fromEntries(
      Object.entries(members)
        .filter(() => this.of(probability))
        .map(([name, values]) => [name, this.one(values)]),
    );
  }
}
