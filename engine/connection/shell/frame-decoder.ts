import { unguessable } from '../base/unguessable.ts';

/**
 * Makes the marker that begins and ends the answer to one script, on stdout and on stderr. A script cannot know its own
 * marker. It starts with a character that seldom ends output, so output is rarely held back as a possible beginning of
 * the marker.
 */
export function newMarker(): string {
  return `_${unguessable(16)}`;
}

type Position = 'before' | 'inside' | 'status' | 'done' | 'garbled';

/** Maximal number of digits of an exit status; some shells add a number for signals. Longer text is not a status. */
const MOST_STATUS = 5;

/**
 * Finds one answer in one stream. The stream may come in chunks of any size. Output before the begin marker (a banner,
 * late output of an earlier background process) is dropped. Output after it is passed on at once, except for bytes at
 * the end of a chunk that may begin the end marker.
 */
export class FrameDecoder {
  readonly #begin: Buffer;
  readonly #end: Buffer;
  readonly #onOutput: (data: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);
  #position: Position = 'before';
  #status = '';

  constructor(marker: string, onOutput: (data: Buffer) => void) {
    this.#begin = Buffer.from(`${marker}{`);
    this.#end = Buffer.from(`${marker}}`);
    this.#onOutput = onOutput;
  }

  get done(): boolean {
    return this.#position === 'done';
  }

  /**
   * True if the text after the end marker is not an exit status, so that the answer does not come from the shell. Then
   * nothing more is read.
   */
  get garbled(): boolean {
    return this.#position === 'garbled';
  }

  /** The text after the end marker: the exit status on stdout, nothing on stderr. */
  get status(): string {
    return this.#status;
  }

  /** Processes the next chunk. Returns whether the answer is complete. */
  write(chunk: Buffer): boolean {
    let data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    if (this.#position === 'before') {
      const found = data.indexOf(this.#begin);
      if (found === -1) {
        this.#held = Buffer.from(data.subarray(data.length - beginningAtEnd(data, this.#begin)));
        return false;
      }
      data = data.subarray(found + this.#begin.length);
      this.#position = 'inside';
    }
    if (this.#position === 'inside') {
      const found = data.indexOf(this.#end);
      if (found === -1) {
        const certain = data.length - beginningAtEnd(data, this.#end);
        if (certain > 0) this.#onOutput(data.subarray(0, certain));
        this.#held = Buffer.from(data.subarray(certain));
        return false;
      }
      if (found > 0) this.#onOutput(data.subarray(0, found));
      data = data.subarray(found + this.#end.length);
      this.#position = 'status';
    }
    if (this.#position === 'status') {
      const newline = data.indexOf(0x0a);
      this.#status += data
        .subarray(0, newline === -1 ? MOST_STATUS + 1 : newline)
        .toString('latin1', 0, MOST_STATUS + 1);
      if (!/^[0-9]{0,5}$/.test(this.#status)) this.#position = 'garbled';
      else if (newline !== -1) this.#position = 'done';
    }
    return this.done;
  }
}

/** Returns the number of bytes at the end of the data that may begin the marker. */
function beginningAtEnd(data: Buffer, marker: Buffer): number {
  const first = marker[0] ?? 0;
  for (
    let at = data.indexOf(first, data.length - Math.min(data.length, marker.length - 1));
    at !== -1;
    at = data.indexOf(first, at + 1)
  ) {
    if (data.compare(marker, 0, data.length - at, at) === 0) return data.length - at;
  }
  return 0;
}
