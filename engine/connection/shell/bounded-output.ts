/**
 * Keeps the first `limit` bytes and, separately, the last few. Many small pieces take no more memory than one large
 * piece.
 */
export class BoundedOutput {
  readonly #limit: number;
  #kept = Buffer.alloc(0);
  #keptBytes = 0;
  #tail = Buffer.alloc(0);
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(data: Buffer): void {
    const part = data.subarray(0, this.#limit - this.#keptBytes);
    if (part.length > 0) this.#keep(part);
    if (part.length < data.length) {
      this.#cut = true;
      this.#tail = Buffer.concat([this.#tail, data.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    }
  }

  #keep(part: Buffer): void {
    const bytes = this.#keptBytes + part.length;
    if (bytes > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(
        this.#keptBytes === 0 ? bytes : Math.min(this.#limit, Math.max(bytes, 2 * this.#kept.length)),
      );
      this.#kept.copy(larger, 0, 0, this.#keptBytes);
      this.#kept = larger;
    }
    part.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = bytes;
  }

  get cut(): boolean {
    return this.#cut;
  }

  content(): Buffer {
    return this.#kept.subarray(0, this.#keptBytes);
  }

  /** Returns the content without a line that was cut: if a secret were cut in two, `mask` would find neither half. */
  wholeLines(): Buffer {
    const content = this.content();
    return this.#cut ? content.subarray(0, content.lastIndexOf('\n') + 1 || content.length) : content;
  }

  /** Returns the last lines for messages; whole lines if there are several. */
  lastText(): string {
    const end = this.#cut ? this.#tail : this.content().subarray(-TAIL_BYTES);
    const lines = end.toString().trimEnd().split('\n');
    const isCut = this.#cut || this.#keptBytes > TAIL_BYTES;
    return lines.slice(isCut && lines.length > 1 ? Math.max(1, lines.length - TAIL_LINES) : -TAIL_LINES).join('\n');
  }
}

const TAIL_BYTES = 2048;
const TAIL_LINES = 10;
