const TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'on', 'y', 't', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', 'no', 'off', 'n', 'f', '0']);

/**
 * Returns the boolean that Ansible reads where it wants one: true, "yes", "on", "y", "t", "1", 1 and their opposites, in
 * upper or lower case. Undefined for any other value.
 */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const word = String(value).trim().toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}
