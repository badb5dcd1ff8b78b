import { closeSync, openSync, readSync } from 'node:fs';

const PIECE = 64 * 1024;
const LINE_FEED = 10;

/** No line of a record is longer, because the outputs of tasks are bounded. Bytes. */
const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Yields the lines of a file, without their ends and without empty ones. Only one line is in memory at a time: the
 * record of a run of thousands of hosts is larger than a text may be. Lines longer than `longest` bytes are left out.
 * Throws the system error if the file cannot be read.
 */
export function* linesOf(path: string, longest = LONGEST_LINE): Generator<string> {
  const descriptor = openSync(path, 'r');
  try {
    const line = new Line(longest);
    const piece = Buffer.allocUnsafe(PIECE);
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
      let from = 0;
      for (let end = piece.indexOf(LINE_FEED); end >= 0 && end < read; end = piece.indexOf(LINE_FEED, from)) {
        line.add(piece.subarray(from, end));
        yield* line.take();
        from = end + 1;
      }
      line.add(piece.subarray(from, read));
    }
    yield* line.take();
  } finally {
    closeSync(descriptor);
  }
}

/** A line that comes in pieces. */
class Line {
  readonly #longest: number;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Adds a copy of the piece. A line that is too long keeps nothing. */
  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#longest) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
  }

  /** Returns the line, if there is one, and begins the next one. */
  take(): readonly string[] {
    const text = Buffer.concat(this.#pieces).toString();
    this.#pieces = [];
    this.#bytes = 0;
    return text === '' ? [] : [text];
  }
}
