/** Reads a part of a JSON value by its keys; undefined if it is not there. */
export function partOf(value: unknown, ...keys: readonly string[]): unknown {
  let part = value;
  for (const key of keys) {
    if (typeof part !== 'object' || part === null) return undefined;
    part = Reflect.get(part, key);
  }
  return part;
}

export function textOf(value: unknown, ...keys: readonly string[]): string {
  const part = partOf(value, ...keys);
  if (typeof part === 'string') return part;
  return typeof part === 'number' || typeof part === 'boolean' ? String(part) : '';
}

export function textsOf(value: unknown, ...keys: readonly string[]): readonly string[] {
  const part = partOf(value, ...keys);
  if (typeof part === 'string') return [part];
  return Array.isArray(part) ? part.filter((one): one is string => typeof one === 'string') : [];
}

export function listOf(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const part: unknown = partOf(value, ...keys);
  return Array.isArray(part) ? part : [];
}

export function entriesOf(value: unknown, ...keys: readonly string[]): readonly (readonly [string, unknown])[] {
  const part = partOf(value, ...keys);
  return typeof part === 'object' && part !== null ? Object.entries(part) : [];
}

/** Returns a map of texts. */
export function mapOf(value: unknown, ...keys: readonly string[]): Readonly<Record<string, string>> {
  const map = partOf(value, ...keys);
  return Object.fromEntries(entriesOf(map).map(([key]) => [key, textOf(map, key)]));
}
