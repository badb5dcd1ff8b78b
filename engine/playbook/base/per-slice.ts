/**
 * What a play says about all of its hosts together. Where its hosts are in several slices, each slice would apply it to
 * its own hosts alone, so the play must say that this is meant.
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
