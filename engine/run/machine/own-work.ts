import { syncFiles } from './sync-files.ts';

/** Maximal number of files that wait to be synced, because one process gets them all as arguments. */
const MOST_UNSYNCED = 200;

/**
 * Work of the engine on a host that waits for the next change, by the key of the privilege: handlers to remove from the
 * list of owed ones, and files that are written but may not be on the disk yet.
 */
export class OwnWork {
  readonly #crossings = new Map<string, string[]>();
  readonly #unsynced = new Map<string, Set<string>>();

  /** Adds shell text that removes handlers from a list. */
  addCrossing(key: string, script: string): void {
    this.#crossings.set(key, [...(this.#crossings.get(key) ?? []), script]);
  }

  addUnsynced(key: string, path: string): void {
    const paths = this.#unsynced.get(key);
    if (paths === undefined) this.#unsynced.set(key, new Set([path]));
    else paths.add(path);
  }

  /** Returns how many more files may wait. */
  room(key: string): number {
    return MOST_UNSYNCED - (this.#unsynced.get(key)?.size ?? 0);
  }

  /** Returns shell text that syncs the files that are not synced yet. It counts as done. */
  takeSyncs(key: string): string {
    const text = this.syncs(key);
    this.#unsynced.delete(key);
    return text;
  }

  /** Like `takeSyncs`, but the files still wait. */
  syncs(key: string): string {
    const paths = [...(this.#unsynced.get(key) ?? [])];
    return paths.length === 0 ? '' : syncFiles(paths);
  }

  /**
   * Returns the text before a change: it removes handlers, syncs files, and then runs `before`, whose exit status
   * counts.
   */
  ahead(key: string, syncs: string, before: string): string {
    const own = [...this.#takeCrossings(key), syncs].filter((part) => part !== '');
    // The first parts may fail; the last part decides the exit status.
    return [...own, before === '' && own.length > 0 ? ':' : before].filter((part) => part !== '').join('\n');
  }

  /** Returns all that waits, as parts of a script. */
  takeAll(key: string): readonly string[] {
    return [...this.#takeCrossings(key), this.takeSyncs(key)].filter((part) => part !== '');
  }

  #takeCrossings(key: string): readonly string[] {
    const crossings = this.#crossings.get(key) ?? [];
    this.#crossings.delete(key);
    return crossings;
  }
}
