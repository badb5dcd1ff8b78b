interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Changes of a text, gathered while it is read. Places are those of the text before any of them. */
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

  /** The text with all of them; undefined where two of them change the same characters. */
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

  /** What is inserted at a place goes ahead of what replaces the characters there. */
  #inOrder(): readonly Edit[] {
    return this.#edits.toSorted((one, other) => one.from - other.from || one.to - other.to);
  }
}
