import { unguessable } from '../../connection/base/unguessable.ts';

const BOUNDARY_BYTES = 12;
const END = 'z';

/**
 * Returns shell text around `body`, which prints records. A record is `"${b}"`, a letter, and any bytes: no content or
 * end of a file can be mistaken for another record.
 */
export function printRecords(body: string): string {
  return `b=${unguessable(BOUNDARY_BYTES)}; printf %s "$b"
${body}
printf %s "\${b}${END}"
`;
}

/** Returns shell text that prints a record for each request: its index, and what the shell text of `look` prints. */
export function printEach<Detail>(
  requests: readonly { readonly detail: Detail }[],
  look: (detail: Detail) => string,
): string {
  const each = requests.map(({ detail }, index) => `printf %s "\${b}p${index}:"\n( ${look(detail)} )`);
  return printRecords(each.join('\n'));
}

export interface OutputRecord {
  readonly letter: string;
  readonly bytes: Buffer;
}

/** Returns the records in the output of `printRecords`. Throws Error if the output ended early. */
export function recordsOf(output: Buffer): readonly OutputRecord[] {
  const boundary = output.subarray(0, 2 * BOUNDARY_BYTES);
  const records: OutputRecord[] = [];
  for (let at = 2 * BOUNDARY_BYTES; boundary.length === 2 * BOUNDARY_BYTES;) {
    const next = output.indexOf(boundary, at);
    const piece = output.subarray(at, next === -1 ? undefined : next);
    const letter = piece.toString('latin1', 0, 1);
    if (letter === END) return records;
    if (piece.length > 0) records.push({ letter, bytes: piece.subarray(1) });
    if (next === -1) break;
    at = next + boundary.length;
  }
  throw new Error('the observation ended early');
}

/** Returns the state of each request: `decode` gets the text of its record, which the index of the request begins. */
export function statesByIndex<State>(
  output: Buffer,
  requests: readonly { readonly id: string }[],
  decode: (text: string) => State,
): ReadonlyMap<string, State> {
  const found = new Map<string, State>();
  for (const record of recordsOf(output)) {
    const { index, rest } = numbered(record);
    const id = requests[index]?.id;
    if (id !== undefined) found.set(id, decode(rest.toString('utf8')));
  }
  return found;
}

/** Splits a record into the index of a request, which stands before a colon, and the rest. */
export function numbered({ bytes }: OutputRecord): { readonly index: number; readonly rest: Buffer } {
  const colon = bytes.indexOf(0x3a);
  return {
    index: Number.parseInt(bytes.toString('latin1', 0, Math.max(colon, 0)), 10),
    rest: bytes.subarray(colon + 1),
  };
}
