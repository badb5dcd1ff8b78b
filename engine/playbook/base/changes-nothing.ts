/**
 * Modules that print, check or wait, and whose results no later task can use. In a plan, `planning` is true only in
 * tasks of these modules: in other tasks, it would make the plan differ from the play.
 */
export const ONLY_TELLS: ReadonlySet<string> = new Set([
  'assert',
  'debug',
  'fail',
  'pause',
  'wait_for',
  'wait_for_connection',
]);

/** Modules that look, wait, print or set variables, and never change anything on a host. */
export const CHANGES_NOTHING: ReadonlySet<string> = new Set([
  'add_host',
  'assert',
  'certificate_info',
  'debug',
  'fail',
  'find',
  'getent',
  'group_by',
  'include_vars',
  'package_facts',
  'pause',
  'query',
  'service_facts',
  'set_fact',
  'setup',
  'slurp',
  'stat',
  'wait_for',
  'wait_for_connection',
]);
