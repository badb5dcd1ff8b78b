/** The result of a command line. */
export interface Done {
  readonly status: number;
  readonly output: string;
}

/**
 * Where a case runs: its folder, the controller on which `runbook` runs, and the host on which the shell text of the
 * case runs.
 */
export interface Place {
  /** The absolute path of the folder of the case on the controller. */
  readonly folder: string;
  /** Runs shell text on the controller, in the folder. `runbook` is on the PATH, `w` is the folder. */
  readonly onController: (script: string) => Promise<Done>;
  /** Runs shell text on the host, as root if the case has a sandbox or a lab. */
  readonly onHost: (script: string) => Promise<Done>;
  readonly end: () => Promise<void>;
}
