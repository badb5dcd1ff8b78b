/** Exit statuses, the same for every command. */
export const EXIT = {
  /** Nothing failed. */
  ok: 0,
  /** Wrong before anything was changed: the command line, a file, a variable. */
  problem: 1,
  /** Some host failed; for a plan with --detailed-exitcode: there are changes. */
  failed: 2,
  /** Some host could not be reached. */
  unreachable: 4,
  interrupted: 130,
} as const;
