interface PlayOrder<Entry> {
  readonly name: string;
  /** Ids of tasks, as they follow each other on the hosts. */
  readonly tasks: string[];
  readonly entries: Map<string, Map<string, Entry>>;
  /** The task that each host has reached last. */
  readonly reached: Map<string, string>;
}

/**
 * Brings what hosts report, each at its own pace, into the order of the tasks: a task that is new stands behind the one that its host
 * has done before.
 */
export class TaskOrder<Entry> {
  readonly #plays = new Map<string, PlayOrder<Entry>>();
  #current: PlayOrder<Entry> | undefined;

  /** A play begins, or a further batch of it. */
  play(key: string, name: string): void {
    this.#current = this.#plays.get(key) ?? { name, tasks: [], entries: new Map(), reached: new Map() };
    this.#plays.set(key, this.#current);
  }

  /** The host has done the task. */
  reach(host: string, task: string): void {
    const { tasks, reached, entries } = this.#playing();
    if (!entries.has(task)) {
      const before = reached.get(host);
      tasks.splice(before === undefined ? 0 : tasks.indexOf(before) + 1, 0, task);
      entries.set(task, new Map());
    }
    reached.set(host, task);
  }

  /** The entry of a task under this key; `make` gives it if it is the first. The task has been reached. */
  put(task: string, key: string, make: () => Entry): Entry {
    const entries = this.#playing().entries.get(task);
    if (entries === undefined) throw new Error('a task is reached before it has entries');
    let entry = entries.get(key);
    if (entry === undefined) entries.set(key, (entry = make()));
    return entry;
  }

  /** Plays in their order, each with its entries in the order of the tasks. */
  plays(): readonly { readonly name: string; readonly entries: readonly Entry[] }[] {
    return [...this.#plays.values()].map(({ name, tasks, entries }) => ({
      name,
      entries: tasks.flatMap((task) => [...(entries.get(task)?.values() ?? [])]),
    }));
  }

  #playing(): PlayOrder<Entry> {
    if (this.#current === undefined) this.play('', '');
    if (this.#current === undefined) throw new Error('there is a play by now');
    return this.#current;
  }
}
