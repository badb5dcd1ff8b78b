/** Exit statuses, the same for every command. */
export const EXIT = {
  /** Nothing failed. */
  ok: 0,
  /** A mistake that was found before anything was changed: in the command line, a file or a variable. */
  problem: 1,
  /** At least one host failed; for a plan with --detailed-exitcode: there are changes. */
  failed: 2,
  /** At least one host could not be reached. */
  unreachable: 4,
  interrupted: 130,
} as const;
