/** First in, first out. The cost of both operations does not depend on the length. */
export class Queue<Item> {
  #items: Item[] = [];
  #taken = 0;

  add(item: Item): void {
    this.#items.push(item);
  }

  /** Removes the first item and returns it; undefined if there is none. */
  take(): Item | undefined {
    const item = this.#items[this.#taken];
    if (item === undefined) {
      this.#items = [];
      this.#taken = 0;
    } else this.#taken += 1;
    return item;
  }
}
