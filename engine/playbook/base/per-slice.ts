/**
 * Keywords and variables that concern all hosts of a play together. If the hosts are in several slices, each slice
 * would apply them only to its own hosts, so the play must allow that with `per_slice`.
 */
export const OF_ALL_HOSTS = [
  'serial',
  'throttle',
  'run_once',
  'max_fail_percentage',
  'any_errors_fatal',
  'end_play',
  'play_hosts',
  'localhost',
] as const;

export type OfAllHosts = (typeof OF_ALL_HOSTS)[number];
