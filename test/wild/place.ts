/** What a command line did. */
export interface Done {
  readonly status: number;
  readonly output: string;
}

/**
 * Where a case runs: its folder, the controller on which `runbook` runs, and the host on which the shell text of the
 * case runs.
 */
export interface Place {
  /** The absolute path of the case's folder on the controller. */
  readonly folder: string;
  /** Shell text on the controller, in the folder. `runbook` is on the PATH, `w` is the folder. */
  readonly onController: (script: string) => Promise<Done>;
  /** Shell text on the host, as root where the case has a sandbox or a lab. */
  readonly onHost: (script: string) => Promise<Done>;
  readonly end: () => Promise<void>;
}
