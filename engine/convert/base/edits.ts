interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Collects the changes of a text. Offsets are those in the text before any change. */
export class Edits {
  readonly #edits: Edit[] = [];

  get isEmpty(): boolean {
    return this.#edits.length === 0;
  }

  replace(from: number, to: number, text: string): void {
    this.#edits.push({ from, to, text });
  }

  insert(at: number, text: string): void {
    this.#edits.push({ from: at, to: at, text });
  }

  /** Returns the text with all changes; undefined if two changes overlap. */
  applied(source: string): string | undefined {
    let result = '';
    let done = 0;
    for (const { from, to, text } of this.#inOrder()) {
      if (from < done) return undefined;
      result += source.slice(done, from) + text;
      done = to;
    }
    return result + source.slice(done);
  }

  /** Returns the offset that a place has after all changes; the end of the new text if the place itself is replaced. */
  offsetAfter(offset: number): number {
    let moved = 0;
    for (const { from, to, text } of this.#inOrder()) {
      if (from > offset) break;
      if (to > offset) return from + moved + text.length;
      moved += text.length - (to - from);
    }
    return offset + moved;
  }

  /** An insertion comes before a replacement at the same offset. */
  #inOrder(): readonly Edit[] {
    return this.#edits.toSorted((one, other) => one.from - other.from || one.to - other.to);
  }
}
