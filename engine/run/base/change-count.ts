/** Counts the changes of the whole run. The answer of a command may depend on changes of any host. */
export interface ChangeCount {
  /** Number of changes that have begun. */
  value: number;
  /** Number of changes that have ended. */
  done: number;
}
