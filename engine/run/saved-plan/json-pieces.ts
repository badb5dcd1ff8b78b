/** Depth down to which the parts of a value are written one by one; what is deeper in a plan is small. */
const DEEPEST = 4;

/**
 * Yields the text of `JSON.stringify(value, undefined, 1)` in pieces, so that a large value never needs its whole text
 * in memory. `value` is plain data. The end of an object or array is a piece of its own.
 */
export function* jsonPieces(value: unknown, depth = 0): Generator<string> {
  if (depth >= DEEPEST || typeof value !== 'object' || value === null) {
    yield indented(value, depth);
    return;
  }
  const isArray = Array.isArray(value);
  const parts: [string, unknown][] = isArray
    ? value.map((part: unknown) => ['', part])
    : Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[`${JSON.stringify(key)}: `, part]]));
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) {
    yield `${open}${close}`;
    return;
  }
  const line = `\n${' '.repeat(depth + 1)}`;
  for (const [index, [name, part]] of parts.entries()) {
    yield `${index === 0 ? open : ','}${line}${name}`;
    yield* jsonPieces(part, depth + 1);
  }
  yield `\n${' '.repeat(depth)}${close}`;
}

function indented(value: unknown, depth: number): string {
  // A line break in a text is an escape, so each one here begins a line.
  return JSON.stringify(value ?? null, undefined, 1).replaceAll('\n', `\n${' '.repeat(depth)}`);
}
