/**
 * Returns the number that Ansible reads where it wants one: a number, or a text of digits, such as a value of `-e`.
 * Undefined for any other value, and for a negative number.
 */
export function amountOf(value: unknown): number | undefined {
  if (typeof value === 'string') return /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
