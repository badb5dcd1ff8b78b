/** Steps that lead to other steps or to the run itself: they have no arguments of a module, and need no name. */
export const STRUCTURE: ReadonlySet<string> = new Set([
  'block',
  'meta',
  'import_tasks',
  'include_tasks',
  'import_role',
  'include_role',
]);
