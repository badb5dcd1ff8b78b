const NEWLINE = Buffer.from('\n');

/**
 * Joins fragments in the order of their names, as Ansible's module assemble does: a fragment begins on a line of its
 * own, and the delimiter stands between two fragments, in a line of its own.
 */
export function assembled(
  fragments: readonly { readonly name: string; readonly bytes: Buffer }[],
  delimiter: string | undefined,
): Buffer {
  const parts: Buffer[] = [];
  const between =
    delimiter === undefined || delimiter === '' ? undefined : endedLine(Buffer.from(unescaped(delimiter)));
  let last: Buffer | undefined;
  for (const { bytes } of fragments.toSorted(byBytes)) {
    if (last !== undefined && !endsLine(last)) parts.push(NEWLINE);
    if (last !== undefined && between !== undefined) parts.push(between);
    parts.push(bytes);
    last = bytes;
  }
  return Buffer.concat(parts);
}

function byBytes(one: { readonly name: string }, other: { readonly name: string }): number {
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}

function endedLine(text: Buffer): Buffer {
  return endsLine(text) ? text : Buffer.concat([text, NEWLINE]);
}

function endsLine(text: Buffer): boolean {
  return text.at(-1) === 0x0a;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', "'": "'" };

/** Replaces the escapes of Python that name one character. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (whole, character: string) => ESCAPES[character] ?? whole);
}
