/** Counts the changes of the whole run. What a command answered may depend on any host. */
export interface ChangeCount {
  /** How many were begun. */
  value: number;
  /** How many have ended. */
  done: number;
}
