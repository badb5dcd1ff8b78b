/** Modules that look, wait, print or set variables, and never change anything on a host. */
export const CHANGES_NOTHING: ReadonlySet<string> = new Set([
  'assert',
  'certificate_info',
  'debug',
  'fail',
  'find',
  'group_by',
  'include_vars',
  'pause',
  'query',
  'set_fact',
  'slurp',
  'stat',
  'wait_for',
  'wait_for_connection',
]);
